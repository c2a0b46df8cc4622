variable "name_prefix" {
  description = "{project}-{account_id}-{environment}: the function is {name_prefix}-api."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{3,60}$", var.name_prefix))
    error_message = "name_prefix is 3 to 60 of a-z, A-Z, 0-9, _ and -: names of functions end at 64."
  }
}

variable "lambda_role_arn" {
  description = "Role that the function runs with: lambda_role_arn of bootstrap."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.lambda_role_arn))
    error_message = "lambda_role_arn is the ARN of a role. `just setup-dev` and `just setup-prod` copy it from bootstrap's outputs."
  }
}

variable "package_path" {
  description = "The zip that `just build-lambda` makes."
  type        = string

  validation {
    condition     = fileexists(var.package_path)
    error_message = "There is no Lambda package at package_path. Run `just build-lambda`."
  }
}

variable "handler" {
  description = "File and export in the package that answer a request."
  type        = string
  default     = "index.handler"
}

variable "runtime" {
  description = "Runtime of Lambda; the package is built for it."
  type        = string
  default     = "nodejs22.x"

  validation {
    condition     = var.runtime == "nodejs22.x"
    error_message = "runtime is nodejs22.x: the package is built for it, and this version of the provider knows no later one."
  }
}

variable "environment_variables" {
  description = "The server's variables (docs/reference/configuration.md). They hold the API keys."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "memory_mb" {
  description = "Memory of the function, in MB. Processor time comes in proportion: a whole core at 1769."
  type        = number
  default     = 512

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb is a whole number from 128 to 10240."
  }
}

variable "timeout_seconds" {
  description = "After this a request is ended. Exports stream for as long."
  type        = number
  default     = 30

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds is a whole number from 1 to 900."
  }
}

variable "reserved_concurrency" {
  description = "Most instances at once, which caps what a flood of requests can cost; -1 is no cap of its own. New AWS accounts, whose limit is 10, take -1 only."
  type        = number
  default     = -1

  validation {
    condition     = var.reserved_concurrency == -1 || (var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency)
    error_message = "reserved_concurrency is a whole number from 1, or -1 for no cap. 0 would take the API offline."
  }
}

variable "log_retention_days" {
  description = "Days that logs are kept."
  type        = number
  default     = 14

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of the values that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}
