variable "name_prefix" {
  description = "{project}-{account_id}-{environment}: the bucket is {name_prefix}-payloads, which the function's role covers."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{2,53}$", var.name_prefix))
    error_message = "name_prefix is 3 to 54 of a-z, 0-9 and -: bucket names take nothing else and end at 63."
  }
}

variable "longest_retention_days" {
  description = "Days that the longest kept trace is kept. Payloads are deleted three days after that."
  type        = number

  validation {
    condition     = var.longest_retention_days >= 1 && var.longest_retention_days <= 36500 && floor(var.longest_retention_days) == var.longest_retention_days
    error_message = "longest_retention_days is a whole number from 1 to 36500."
  }
}

variable "allow_destroy_with_payloads" {
  description = "true lets a destroy delete what the bucket holds; else a destroy of a bucket with payloads fails."
  type        = bool
  default     = false
}
