output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.api.function_name
}

output "function_arn" {
  description = "ARN of the function."
  value       = aws_lambda_function.api.arn
}

output "function_url" {
  description = "Public HTTPS endpoint."
  value       = aws_lambda_function_url.api.function_url
}

output "log_group_name" {
  description = "Log group of the function."
  value       = aws_cloudwatch_log_group.api.name
}
