output "api_url" {
  description = "Function URL: TRACER_URL of clients, API_BASE_URL of the deployment tests."
  value       = module.lambda.function_url
}

output "traces_table_name" {
  description = "DynamoDB table of traces: DYNAMODB_TRACES_TABLE of the deployment tests."
  value       = module.dynamodb.traces_table_name
}

output "spans_table_name" {
  description = "DynamoDB table of spans: DYNAMODB_SPANS_TABLE of the deployment tests."
  value       = module.dynamodb.spans_table_name
}

output "payload_bucket_name" {
  description = "Bucket of large inputs and outputs: PAYLOAD_BUCKET of the deployment tests."
  value       = module.payloads.payload_bucket_name
}

output "lambda_function_name" {
  description = "Name of the function, for logs and debugging."
  value       = module.lambda.function_name
}

output "configuration" {
  description = "Ready to copy into .env: `terraform output -raw configuration`."
  value       = <<-EOT
    # LLM Tracer, ${local.environment}
    TRACER_URL=${module.lambda.function_url}
    ${local.client_key}
    AWS_REGION=${var.aws_region}
    DYNAMODB_TRACES_TABLE=${module.dynamodb.traces_table_name}
    DYNAMODB_SPANS_TABLE=${module.dynamodb.spans_table_name}
    PAYLOAD_BUCKET=${module.payloads.payload_bucket_name}
  EOT
}
