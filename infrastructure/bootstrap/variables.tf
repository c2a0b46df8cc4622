variable "project_name" {
  description = "First part of every resource's name. LLMTracerDeploymentPolicy passes roles of this name only, so change both or neither."
  type        = string
  default     = "llm-tracer"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.project_name))
    error_message = "project_name is 2 to 21 of a-z, 0-9 and -, and begins with a letter: bucket names take nothing else."
  }
}

variable "aws_region" {
  description = "Region of the state, of the alerts and of all environments."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "aws_region is the id of a region, such as eu-central-1."
  }
}

variable "extra_table_arns" {
  description = "Tables with names of your own (traces_table_name, spans_table_name of an environment), which the role's name pattern does not cover."
  type        = list(string)
  default     = []

  validation {
    condition = alltrue([
      for arn in var.extra_table_arns : can(regex("^arn:[a-z-]+:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]{3,255}$", arn))
    ])
    error_message = "Each of extra_table_arns is the whole ARN of one table, without wildcards: arn:aws:dynamodb:REGION:ACCOUNT:table/NAME."
  }
}

variable "alert_emails" {
  description = "Addresses that get the alarms of all environments. AWS asks each for confirmation."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+$", email))])
    error_message = "Each of alert_emails is one address, such as ops@example.com."
  }
}

variable "separate_environment_roles" {
  description = "true also makes a role for each of the environments, which reaches that environment's tables, payloads and logs only. Run setup-* again afterwards."
  type        = bool
  default     = false
}

variable "environments" {
  description = "Environments that get a role of their own where separate_environment_roles is true."
  type        = set(string)
  default     = ["dev", "prod"]

  validation {
    condition     = alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9]{1,9}$", name))])
    error_message = "Each of environments is 2 to 10 of a-z and 0-9, and begins with a letter."
  }
}
