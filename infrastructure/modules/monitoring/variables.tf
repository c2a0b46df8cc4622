variable "name_prefix" {
  description = "{project}-{account_id}-{environment}: how the names of budget and alarms begin."
  type        = string
}

variable "lambda_function_name" {
  description = "Function that is watched."
  type        = string
}

variable "traces_table_name" {
  description = "Traces table that is watched."
  type        = string
}

variable "spans_table_name" {
  description = "Spans table that is watched."
  type        = string
}

variable "enable_cost_alerts" {
  description = "Budget notifications."
  type        = bool
  default     = true
}

variable "enable_error_alerts" {
  description = "Alarms for errors of the function. Noisy while developing."
  type        = bool
  default     = false
}

variable "enable_dynamodb_alerts" {
  description = "Alarms for throttled requests of the tables. Noisy while developing."
  type        = bool
  default     = false
}

variable "alerts_topic_arn" {
  description = "SNS topic that is told: alerts_topic_arn of bootstrap. Without it alarms change their state and tell nobody."
  type        = string
  default     = null

  validation {
    condition     = var.alerts_topic_arn == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alerts_topic_arn))
    error_message = "alerts_topic_arn is the ARN of an SNS topic."
  }
}

variable "alert_emails" {
  description = "Addresses that budget notifications go to directly, at most 10."
  type        = list(string)
  default     = []

  validation {
    condition     = length(var.alert_emails) <= 10 && alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "alert_emails is at most 10 addresses, such as ops@example.com."
  }
}

variable "monthly_budget_usd" {
  description = "Budget of a month, in US dollars. It covers the whole account: costs by tag are empty until tags are activated in billing."
  type        = number
  default     = 10

  validation {
    condition     = var.monthly_budget_usd > 0
    error_message = "monthly_budget_usd is greater than 0."
  }
}
