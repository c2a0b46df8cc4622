mock_provider "aws" {
  override_during = plan
}

variables {
  name_prefix = "llm-tracer-123456789012-dev"
}

run "tables_are_as_the_store_wants_them" {
  command = plan

  assert {
    condition     = output.traces_table_name == "llm-tracer-123456789012-dev-traces" && output.spans_table_name == "llm-tracer-123456789012-dev-spans"
    error_message = "names: ${output.traces_table_name}, ${output.spans_table_name}"
  }
  assert {
    condition     = aws_dynamodb_table.traces[0].hash_key == "trace_id" && aws_dynamodb_table.traces[0].range_key == null
    error_message = "Traces are kept by trace_id."
  }
  assert {
    condition     = aws_dynamodb_table.spans[0].hash_key == "span_id" && aws_dynamodb_table.spans[0].range_key == null
    error_message = "Spans are kept by span_id."
  }
  assert {
    condition = { for index in aws_dynamodb_table.traces[0].global_secondary_index : index.name => [index.hash_key, index.range_key, index.projection_type] } == {
      project-time-index = ["project_id", "start_time", "KEYS_ONLY"]
      session-index      = ["session_key", "start_time", "KEYS_ONLY"]
      user-index         = ["user_key", "start_time", "KEYS_ONLY"]
    }
    error_message = "The indexes of traces are not those that the store reads."
  }
  assert {
    condition     = { for index in aws_dynamodb_table.spans[0].global_secondary_index : index.name => [index.hash_key, index.projection_type] } == { trace-index = ["trace_id", "KEYS_ONLY"] }
    error_message = "The index of spans is not the one that the store reads."
  }
}

run "idle_tables_cost_nothing_and_items_expire" {
  command = plan

  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.traces[0], aws_dynamodb_table.spans[0]] : table.billing_mode == "PAY_PER_REQUEST"])
    error_message = "A table bills while it is idle."
  }
  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.traces[0], aws_dynamodb_table.spans[0]] : one(table.ttl).enabled && one(table.ttl).attribute_name == "expires_at"])
    error_message = "Items do not expire."
  }
  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.traces[0], aws_dynamodb_table.spans[0]] : !one(table.point_in_time_recovery).enabled && !table.deletion_protection_enabled])
    error_message = "Recovery and protection are off unless asked for."
  }
}

run "recovery_and_protection_can_be_switched_on" {
  command = plan

  variables {
    enable_pitr         = true
    deletion_protection = true
  }
  assert {
    condition     = alltrue([for table in [aws_dynamodb_table.traces[0], aws_dynamodb_table.spans[0]] : one(table.point_in_time_recovery).enabled && table.deletion_protection_enabled])
    error_message = "The switches do nothing."
  }
}

run "names_can_be_overridden" {
  command = plan

  variables {
    traces_table_name = "my-custom-traces-table"
    spans_table_name  = "my-custom-spans-table"
  }
  assert {
    condition     = aws_dynamodb_table.traces[0].name == "my-custom-traces-table" && output.traces_table_name == "my-custom-traces-table"
    error_message = "traces: ${output.traces_table_name}"
  }
  assert {
    condition     = aws_dynamodb_table.spans[0].name == "my-custom-spans-table" && output.spans_table_name == "my-custom-spans-table"
    error_message = "spans: ${output.spans_table_name}"
  }
}

run "tables_of_another_deployment_are_used_and_not_made" {
  command = plan

  variables {
    create_tables     = false
    traces_table_name = "shared-traces"
    spans_table_name  = "shared-spans"
  }
  assert {
    condition     = length(aws_dynamodb_table.traces) == 0 && length(aws_dynamodb_table.spans) == 0
    error_message = "The tables would be made again."
  }
  assert {
    condition     = output.traces_table_name == "shared-traces" && output.spans_table_name == "shared-spans"
    error_message = "names: ${output.traces_table_name}, ${output.spans_table_name}"
  }
}

run "shared_tables_need_their_names" {
  command = plan

  variables {
    create_tables = false
  }
  expect_failures = [var.create_tables]
}

run "names_that_dynamodb_does_not_take_are_refused" {
  command = plan

  variables {
    traces_table_name = "my traces"
    spans_table_name  = "s"
  }
  expect_failures = [var.traces_table_name, var.spans_table_name]
}
