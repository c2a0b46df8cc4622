mock_provider "aws" {
  override_during = plan

  mock_resource "aws_lambda_function_url" {
    defaults = { function_url = "https://abc.lambda-url.eu-central-1.on.aws/" }
  }
}

variables {
  name_prefix           = "llm-tracer-123456789012-dev"
  lambda_role_arn       = "arn:aws:iam::123456789012:role/llm-tracer-123456789012-lambda-role"
  package_path          = "main.tf" # any file stands for the package
  environment_variables = { STORE = "dynamodb" }
}

run "function_runs_node_22_on_arm64_with_the_role_of_bootstrap" {
  command = plan

  assert {
    condition     = output.function_name == "llm-tracer-123456789012-dev-api"
    error_message = "function: ${output.function_name}"
  }
  assert {
    condition     = aws_lambda_function.api.runtime == "nodejs22.x" && aws_lambda_function.api.architectures == tolist(["arm64"]) && aws_lambda_function.api.handler == "index.handler"
    error_message = "The package is made for another runtime."
  }
  assert {
    condition     = aws_lambda_function.api.role == "arn:aws:iam::123456789012:role/llm-tracer-123456789012-lambda-role"
    error_message = "role: ${aws_lambda_function.api.role}"
  }
  assert {
    condition     = one(aws_lambda_function.api.environment).variables["STORE"] == "dynamodb"
    error_message = "The server does not get its variables."
  }
  assert {
    condition     = aws_lambda_function.api.source_code_hash == filebase64sha256("main.tf")
    error_message = "A changed package would not be deployed."
  }
}

run "url_is_public_and_streams" {
  command = plan

  assert {
    condition     = aws_lambda_function_url.api.authorization_type == "NONE" && aws_lambda_function_url.api.invoke_mode == "RESPONSE_STREAM"
    error_message = "Clients with an API key cannot reach it, or answers are not streamed."
  }
  assert {
    condition     = output.function_url == "https://abc.lambda-url.eu-central-1.on.aws/"
    error_message = "url: ${output.function_url}"
  }
  assert {
    condition     = aws_lambda_permission.function_url.action == "lambda:InvokeFunctionUrl" && aws_lambda_permission.function_url.function_url_auth_type == "NONE" && aws_lambda_permission.function_url.principal == "*"
    error_message = "AWS would answer 403."
  }
  assert {
    condition     = aws_lambda_permission.function_url_invoke.action == "lambda:InvokeFunction" && aws_lambda_permission.function_url_invoke.function_url_auth_type == null && aws_lambda_permission.function_url_invoke.principal == "*"
    error_message = "AWS would answer 403 at URLs made since October 2025."
  }
  assert {
    condition     = length(setsubtract(["FunctionURLAllowPublicAccess", "FunctionURLAllowInvokeAction"], [aws_lambda_permission.function_url.statement_id, aws_lambda_permission.function_url_invoke.statement_id])) == 2
    error_message = "A statement has an id that AWS uses itself: they would race."
  }
}

run "logs_have_an_end" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.api.name == "/aws/lambda/llm-tracer-123456789012-dev-api" && aws_cloudwatch_log_group.api.retention_in_days == 14
    error_message = "Logs are kept for ever, or are not the function's."
  }
  assert {
    condition     = one(aws_lambda_function.api.logging_config).log_group == "/aws/lambda/llm-tracer-123456789012-dev-api"
    error_message = "The function does not wait for its log group."
  }
}

run "concurrency_has_no_cap_unless_asked_for" {
  command = plan

  assert {
    condition     = aws_lambda_function.api.reserved_concurrent_executions == -1
    error_message = "New AWS accounts would refuse the function."
  }
}

run "size_and_limits_can_be_set" {
  command = plan

  variables {
    memory_mb            = 1024
    timeout_seconds      = 60
    reserved_concurrency = 20
    log_retention_days   = 90
  }
  assert {
    condition     = aws_lambda_function.api.memory_size == 1024 && aws_lambda_function.api.timeout == 60 && aws_lambda_function.api.reserved_concurrent_executions == 20 && aws_cloudwatch_log_group.api.retention_in_days == 90
    error_message = "The variables do nothing."
  }
}

run "a_missing_package_is_said_early" {
  command = plan

  variables {
    package_path = "no-such.zip"
  }
  expect_failures = [var.package_path]
}

run "wrong_values_are_refused_by_name" {
  command = plan

  variables {
    lambda_role_arn      = "lambda-role"
    runtime              = "python3.12"
    memory_mb            = 64
    timeout_seconds      = 901
    reserved_concurrency = 0
    log_retention_days   = 15
  }
  expect_failures = [
    var.lambda_role_arn, var.runtime, var.memory_mb, var.timeout_seconds, var.reserved_concurrency, var.log_retention_days,
  ]
}
