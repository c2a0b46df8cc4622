variable "name_prefix" {
  description = "{project}-{account_id}-{environment}: how the tables' names begin."
  type        = string

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,240}$", var.name_prefix))
    error_message = "name_prefix is 3 to 240 of a-z, A-Z, 0-9, _, . and -."
  }
}

variable "traces_table_name" {
  description = "Name of the traces table, in place of {name_prefix}-traces. Name it in bootstrap's extra_table_arns too, or the function cannot reach it."
  type        = string
  default     = null

  validation {
    condition     = var.traces_table_name == null || can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.traces_table_name))
    error_message = "traces_table_name is 3 to 255 of a-z, A-Z, 0-9, _, . and -."
  }
}

variable "spans_table_name" {
  description = "Name of the spans table, in place of {name_prefix}-spans. As for traces_table_name."
  type        = string
  default     = null

  validation {
    condition     = var.spans_table_name == null || can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.spans_table_name))
    error_message = "spans_table_name is 3 to 255 of a-z, A-Z, 0-9, _, . and -."
  }
}

variable "create_tables" {
  description = "false uses tables that stand already, by the names given: another deployment's."
  type        = bool
  default     = true

  validation {
    condition     = var.create_tables || (var.traces_table_name != null && var.spans_table_name != null)
    error_message = "create_tables = false needs traces_table_name and spans_table_name: which tables to use."
  }
}

variable "enable_pitr" {
  description = "Point-in-time recovery: either table as it was at any second of the last 35 days. Costs by the GB and month."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "true makes AWS refuse to delete the tables until it is false again."
  type        = bool
  default     = false
}
