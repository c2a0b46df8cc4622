output "traces_table_name" {
  description = "Full name of the traces table."
  value       = local.traces.name
}

output "traces_table_arn" {
  description = "ARN of the traces table."
  value       = local.traces.arn
}

output "spans_table_name" {
  description = "Full name of the spans table."
  value       = local.spans.name
}

output "spans_table_arn" {
  description = "ARN of the spans table."
  value       = local.spans.arn
}

output "is_recoverable" {
  description = "Whether point-in-time recovery is on for both tables; null where they are not made here."
  value       = var.create_tables ? alltrue([for table in concat(aws_dynamodb_table.traces, aws_dynamodb_table.spans) : one(table.point_in_time_recovery).enabled]) : null
}

output "is_protected" {
  description = "Whether AWS refuses to delete the tables; null where they are not made here."
  value       = var.create_tables ? alltrue([for table in concat(aws_dynamodb_table.traces, aws_dynamodb_table.spans) : table.deletion_protection_enabled]) : null
}
