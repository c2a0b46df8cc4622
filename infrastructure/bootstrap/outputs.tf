output "s3_bucket_name" {
  description = "Bucket of the Terraform state: environments/*/backend.hcl."
  value       = aws_s3_bucket.state.bucket
}

output "dynamodb_table_name" {
  description = "Table of the state locks: environments/*/backend.hcl."
  value       = aws_dynamodb_table.locks.name
}

output "lambda_role_arn" {
  description = "Role of the function, the same in every environment: environments/*/terraform.tfvars."
  value       = aws_iam_role.lambda["shared"].arn
}

output "environment_lambda_role_arns" {
  description = "Roles by environment where separate_environment_roles is true, else empty."
  value       = { for name, role in aws_iam_role.lambda : name => role.arn if name != "shared" }
}

output "alerts_topic_arn" {
  description = "SNS topic of alarms and budgets: environments/*/terraform.tfvars."
  value       = aws_sns_topic.alerts.arn
}

output "account_id" {
  description = "The AWS account."
  value       = local.account_id
}

output "name_prefix" {
  description = "{project}-{account_id}: how every resource's name begins."
  value       = local.name_prefix
}

output "aws_region" {
  description = "Region of the state, and of all environments."
  value       = var.aws_region
}
