mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::llm-tracer-123456789012-dev-payloads" }
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
  deletion_protection = false
  api_keys            = ["project-dev"]
}

run "names_follow_project_account_and_environment" {
  command = plan

  assert {
    condition     = output.traces_table_name == "llm-tracer-123456789012-dev-traces" && output.spans_table_name == "llm-tracer-123456789012-dev-spans"
    error_message = "tables: ${output.traces_table_name}, ${output.spans_table_name}"
  }
  assert {
    condition     = output.lambda_function_name == "llm-tracer-123456789012-dev-api" && output.payload_bucket_name == "llm-tracer-123456789012-dev-payloads"
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

run "configuration_is_a_whole_env_file" {
  command = plan

  assert {
    condition     = output.configuration == <<-EOT
      # LLM Tracer, dev
      TRACER_URL=https://abc.lambda-url.eu-central-1.on.aws/
      API_KEY=project-dev
      AWS_REGION=eu-central-1
      DYNAMODB_TRACES_TABLE=llm-tracer-123456789012-dev-traces
      DYNAMODB_SPANS_TABLE=llm-tracer-123456789012-dev-spans
      PAYLOAD_BUCKET=llm-tracer-123456789012-dev-payloads
    EOT
    error_message = output.configuration
  }
}

run "configuration_shows_no_secret" {
  command = plan

  variables {
    api_keys = ["shop:a-secret-of-shop"]
  }
  assert {
    condition     = !strcontains(output.configuration, "a-secret-of-shop") && strcontains(output.configuration, "# API_KEY= the key that")
    error_message = "A secret stands in an output."
  }
}

run "keys_that_the_server_refuses_are_refused" {
  command = plan

  variables {
    api_keys = ["shop:a-secret-of-shop:everything"]
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

run "dev_is_cheap_and_quiet" {
  command = plan

  assert {
    condition     = !module.dynamodb.is_recoverable && !module.dynamodb.is_protected
    error_message = "dev pays for recovery, or cannot be destroyed."
  }
  assert {
    condition     = module.monitoring.budget_name != null && length(module.monitoring.alarm_names) == 0
    error_message = "dev has alarms, or its costs are not watched."
  }
}
