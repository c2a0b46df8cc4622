locals {
  function_name = "${var.name_prefix}-api"
}

resource "aws_lambda_function" "api" {
  function_name = local.function_name
  description   = "The API of LLM Tracer."
  role          = var.lambda_role_arn

  runtime       = var.runtime
  architectures = ["arm64"]
  handler       = var.handler

  filename         = var.package_path
  source_code_hash = filebase64sha256(var.package_path)

  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency

  environment {
    variables = var.environment_variables
  }

  # The server writes a JSON object a line; Lambda's own JSON format would wrap each in another.
  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.api.name
  }
}

# By name, and before the function: else Lambda makes the group itself, and its logs are kept for ever.
resource "aws_cloudwatch_log_group" "api" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
}

# Public: the server checks X-API-Key of every request itself.
resource "aws_lambda_function_url" "api" {
  function_name      = aws_lambda_function.api.function_name
  authorization_type = "NONE"
  invoke_mode        = "RESPONSE_STREAM"
}

# Making the URL adds a statement FunctionURLAllowPublicAccess. Under that id this one would race with it: hence another.
resource "aws_lambda_permission" "function_url" {
  statement_id           = "AllowPublicFunctionUrl"
  function_name          = aws_lambda_function.api.function_name
  principal              = "*"
  action                 = "lambda:InvokeFunctionUrl"
  function_url_auth_type = "NONE"
}

# AWS asks for this second right on URLs made since October 2025. It would be limited to calls through the URL by a
# condition that this version of the provider cannot express, so anybody with an AWS account may also invoke the function
# with an event of his own making. The server trusts nothing in an event: the key decides.
resource "aws_lambda_permission" "function_url_invoke" {
  statement_id  = "AllowPublicFunctionUrlInvoke"
  function_name = aws_lambda_function.api.function_name
  principal     = "*"
  action        = "lambda:InvokeFunction"
}
