# Plans only: what prevent_destroy protects could not be cleaned up after an apply.
mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::llm-tracer-123456789012-terraform-state" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/llm-tracer-123456789012-terraform-locks" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:llm-tracer-123456789012-alerts" }
  }
}

run "names_follow_project_and_account" {
  command = plan

  assert {
    condition     = output.s3_bucket_name == "llm-tracer-123456789012-terraform-state"
    error_message = "state bucket: ${output.s3_bucket_name}"
  }
  assert {
    condition     = output.dynamodb_table_name == "llm-tracer-123456789012-terraform-locks"
    error_message = "lock table: ${output.dynamodb_table_name}"
  }
  assert {
    condition     = aws_iam_role.lambda["shared"].name == "llm-tracer-123456789012-lambda-role"
    error_message = "role: ${aws_iam_role.lambda["shared"].name}"
  }
  assert {
    condition     = output.name_prefix == "llm-tracer-123456789012" && output.account_id == "123456789012"
    error_message = "name_prefix: ${output.name_prefix}"
  }
  assert {
    condition     = aws_dynamodb_table.locks.hash_key == "LockID" && aws_dynamodb_table.locks.billing_mode == "PAY_PER_REQUEST"
    error_message = "Terraform locks by LockID, and an idle account pays nothing."
  }
}

run "state_is_private_encrypted_versioned_and_tls_only" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.state.block_public_acls,
      aws_s3_bucket_public_access_block.state.block_public_policy,
      aws_s3_bucket_public_access_block.state.ignore_public_acls,
      aws_s3_bucket_public_access_block.state.restrict_public_buckets,
    ])
    error_message = "The state bucket is open to the public."
  }
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled"
    error_message = "The state is not versioned."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.state.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "The state is not encrypted."
  }
  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.state.policy).Statement :
      s.Effect == "Deny" && s.Action == "s3:*" && s.Principal == "*" && s.Condition.Bool["aws:SecureTransport"] == "false"
    ])
    error_message = "The state can be read without TLS."
  }
}

run "role_is_limited_to_tables_payloads_and_logs" {
  command = plan

  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_role_policy.lambda["shared"].policy).Statement : [
        for resource in s.Resource : resource != "*" && can(regex("llm-tracer-123456789012-", resource))
      ]
    ]))
    error_message = "The role reaches something that is not this project's."
  }
  assert {
    condition = toset(flatten([
      for s in jsondecode(aws_iam_role_policy.lambda["shared"].policy).Statement : s.Action if s.Effect == "Allow"
      ])) == toset([
      "dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
      "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem",
      "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject",
      "logs:CreateLogStream", "logs:PutLogEvents",
    ])
    error_message = "The role may do something else than the store needs: no Scan, no wildcard."
  }
  assert {
    condition = anytrue([
      for s in jsondecode(aws_iam_role_policy.lambda["shared"].policy).Statement :
      s.Effect == "Deny" && contains(s.Action, "dynamodb:*") && contains(s.Action, "s3:*")
      && contains(s.Resource, "arn:aws:dynamodb:eu-central-1:123456789012:table/llm-tracer-123456789012-terraform-locks")
      && contains(s.Resource, "arn:aws:s3:::llm-tracer-123456789012-terraform-state/*")
    ])
    error_message = "The role is not kept from the state and its locks."
  }
  assert {
    condition     = jsondecode(aws_iam_role.lambda["shared"].assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "Somebody else than Lambda may take the role."
  }
}

run "alerts_are_published_by_this_account_only" {
  command = plan

  variables {
    alert_emails = ["ops@example.com"]
  }
  assert {
    condition     = output.alerts_topic_arn == "arn:aws:sns:eu-central-1:123456789012:llm-tracer-123456789012-alerts"
    error_message = "topic: ${output.alerts_topic_arn}"
  }
  assert {
    condition     = aws_sns_topic_subscription.email["ops@example.com"].protocol == "email"
    error_message = "The address is not subscribed."
  }
  assert {
    condition = alltrue([
      for s in jsondecode(aws_sns_topic_policy.alerts.policy).Statement :
      s.Action == "sns:Publish" && s.Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "Another account may publish to the topic."
  }
}

run "one_role_unless_asked_for_more" {
  command = plan

  assert {
    condition     = keys(aws_iam_role.lambda) == ["shared"] && length(output.environment_lambda_role_arns) == 0
    error_message = "The guide has one role for all environments."
  }
}

run "separate_roles_reach_their_environment_only" {
  command = plan

  variables {
    separate_environment_roles = true
  }
  assert {
    condition     = toset(keys(output.environment_lambda_role_arns)) == toset(["dev", "prod"]) && aws_iam_role.lambda["dev"].name == "llm-tracer-123456789012-dev-lambda-role"
    error_message = "Each environment has a role of its own, and its name is one that the deployment policy may pass."
  }
  assert {
    condition = alltrue(flatten([
      for s in jsondecode(aws_iam_role_policy.lambda["dev"].policy).Statement : [
        for resource in s.Resource : can(regex("llm-tracer-123456789012-dev-", resource))
      ] if s.Effect == "Allow"
    ]))
    error_message = "The role of dev reaches beyond dev."
  }
}

run "tables_with_own_names_are_added" {
  command = plan

  variables {
    extra_table_arns = ["arn:aws:dynamodb:eu-central-1:123456789012:table/my-custom-traces-table"]
  }
  assert {
    condition = anytrue([
      for s in jsondecode(aws_iam_role_policy.lambda["shared"].policy).Statement :
      contains(s.Resource, "arn:aws:dynamodb:eu-central-1:123456789012:table/my-custom-traces-table")
      && contains(s.Resource, "arn:aws:dynamodb:eu-central-1:123456789012:table/my-custom-traces-table/index/*")
    ])
    error_message = "The function cannot reach the table, or its indexes."
  }
}

run "wildcards_are_no_table" {
  command = plan

  variables {
    extra_table_arns = ["arn:aws:dynamodb:eu-central-1:123456789012:table/*"]
  }
  expect_failures = [var.extra_table_arns]
}

run "names_that_buckets_do_not_take_are_refused" {
  command = plan

  variables {
    project_name = "LLM_Tracer"
  }
  expect_failures = [var.project_name]
}
