variable "project_name" {
  description = "First part of every resource's name, as in bootstrap."
  type        = string
  default     = "llm-tracer"
}

variable "aws_region" {
  description = "Region of this environment: bootstrap's, where the role has its rights."
  type        = string
  default     = "eu-central-1"
}

variable "lambda_role_arn" {
  description = "Role of the function, from bootstrap."
  type        = string
}

variable "alerts_topic_arn" {
  description = "SNS topic of alarms and budget, from bootstrap. null tells nobody."
  type        = string
  default     = null
}

variable "alert_emails" {
  description = "Addresses that budget notifications go to directly."
  type        = list(string)
  default     = []
}

variable "monthly_budget_usd" {
  description = "Budget of a month for the whole account, in US dollars."
  type        = number
  default     = 50
}

variable "api_keys" {
  description = "Keys that the server takes, by hash: ID:sha256=HEX[:scope]. The state and the configuration of the function hold this text, so it is no secret. `just new-key` makes one."
  type        = list(string)
  sensitive   = true

  validation {
    condition     = length(var.api_keys) > 0
    error_message = "api_keys needs at least one key. `just new-key` makes one."
  }

  validation {
    condition = alltrue([
      for key in var.api_keys : can(regex("^[A-Za-z0-9_-]{1,100}:sha256=[0-9a-fA-F]{64}(:(ingest|read|admin))?$", key))
    ])
    error_message = "Each of api_keys is ID:sha256=HEX[:scope], where scope is ingest, read or admin. prod takes neither project-ID keys, which can be guessed, nor secrets in clear text, which would stand in the state. `just new-key` makes one."
  }
}

variable "retention_days" {
  description = "Days that a trace is kept, with all it owns."
  type        = number
  default     = 90

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 36500 && floor(var.retention_days) == var.retention_days
    error_message = "retention_days is a whole number from 1 to 36500."
  }
}

variable "server_environment" {
  description = "More variables of the server (docs/reference/configuration.md), such as CORS_ORIGINS or RATE_LIMIT_RPM. Those that Terraform sets win."
  type        = map(string)
  default     = {}
}

variable "function" {
  description = "Size and limits of the function: see modules/lambda."
  type = object({
    memory_mb            = optional(number, 512)
    timeout_seconds      = optional(number, 30)
    reserved_concurrency = optional(number, -1)
    log_retention_days   = optional(number, 90)
  })
  default = {}
}

variable "traces_table_name" {
  description = "Name of the traces table, in place of the generated one. bootstrap's extra_table_arns must name it too."
  type        = string
  default     = null
}

variable "spans_table_name" {
  description = "Name of the spans table, in place of the generated one. bootstrap's extra_table_arns must name it too."
  type        = string
  default     = null
}

variable "create_tables" {
  description = "false uses the tables of these names that stand already, another deployment's."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "AWS refuses to delete tables, and a destroy fails that would delete payloads. To destroy prod, set this to false and apply first."
  type        = bool
  default     = true
}

variable "lambda_package_path" {
  description = "The zip that `just build-lambda` makes."
  type        = string
  default     = "../../../server/dist/lambda.zip"
}
