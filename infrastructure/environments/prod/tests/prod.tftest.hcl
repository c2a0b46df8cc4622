mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::llm-tracer-123456789012-prod-payloads" }
  }
  mock_resource "aws_lambda_function_url" {
    defaults = { function_url = "https://abc.lambda-url.eu-central-1.on.aws/" }
  }
}

variables {
  lambda_role_arn     = "arn:aws:iam::123456789012:role/llm-tracer-123456789012-lambda-role"
  alerts_topic_arn    = "arn:aws:sns:eu-central-1:123456789012:llm-tracer-123456789012-alerts"
  lambda_package_path = "main.tf" # any file stands for the package
  # What a terraform.tfvars of yours may say otherwise.
  project_name        = "llm-tracer"
  aws_region          = "eu-central-1"
  traces_table_name   = null
  spans_table_name    = null
  create_tables       = true
  server_environment  = {}
  retention_days      = 90
  deletion_protection = true
  api_keys            = ["shop:sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]
}

run "names_follow_project_account_and_environment" {
  command = plan

  assert {
    condition     = output.traces_table_name == "llm-tracer-123456789012-prod-traces" && output.spans_table_name == "llm-tracer-123456789012-prod-spans"
    error_message = "tables: ${output.traces_table_name}, ${output.spans_table_name}"
  }
  assert {
    condition     = output.lambda_function_name == "llm-tracer-123456789012-prod-api" && output.payload_bucket_name == "llm-tracer-123456789012-prod-payloads"
    error_message = "function ${output.lambda_function_name}, bucket ${output.payload_bucket_name}"
  }
}

run "names_of_tables_can_be_overridden" {
  command = plan

  variables {
    traces_table_name = "my-custom-traces-table"
    spans_table_name  = "my-custom-spans-table"
  }
  assert {
    condition     = output.traces_table_name == "my-custom-traces-table" && output.spans_table_name == "my-custom-spans-table"
    error_message = "tables: ${output.traces_table_name}, ${output.spans_table_name}"
  }
}

run "configuration_is_an_env_file_without_the_key" {
  command = plan

  assert {
    condition     = output.configuration == <<-EOT
      # LLM Tracer, prod
      TRACER_URL=https://abc.lambda-url.eu-central-1.on.aws/
      # API_KEY= the key that `just new-key` printed
      AWS_REGION=eu-central-1
      DYNAMODB_TRACES_TABLE=llm-tracer-123456789012-prod-traces
      DYNAMODB_SPANS_TABLE=llm-tracer-123456789012-prod-spans
      PAYLOAD_BUCKET=llm-tracer-123456789012-prod-payloads
    EOT
    error_message = output.configuration
  }
}

run "keys_that_can_be_guessed_are_refused" {
  command = plan

  variables {
    api_keys = ["project-prod"]
  }
  expect_failures = [var.api_keys]
}

run "secrets_in_clear_text_are_refused" {
  command = plan

  variables {
    api_keys = ["shop:a-secret-of-shop"]
  }
  expect_failures = [var.api_keys]
}

run "a_server_without_keys_is_refused" {
  command = plan

  variables {
    api_keys = []
  }
  expect_failures = [var.api_keys]
}

run "tables_are_recoverable_and_protected" {
  command = plan

  assert {
    condition     = module.dynamodb.is_recoverable && module.dynamodb.is_protected
    error_message = "prod has no point-in-time recovery, or its tables can be deleted."
  }
}

run "protection_can_be_lifted_to_destroy" {
  command = plan

  variables {
    deletion_protection = false
  }
  assert {
    condition     = !module.dynamodb.is_protected && module.dynamodb.is_recoverable
    error_message = "prod could never be destroyed."
  }
}

run "every_alert_is_on" {
  command = plan

  assert {
    condition     = module.monitoring.budget_name != null && length(module.monitoring.alarm_names) == 7
    error_message = "prod is not watched: ${join(" ", module.monitoring.alarm_names)}"
  }
}
