mock_provider "aws" {
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::llm-tracer-123456789012-dev-payloads" }
  }
}

variables {
  name_prefix            = "llm-tracer-123456789012-dev"
  longest_retention_days = 90
}

run "bucket_has_the_name_that_the_role_covers" {
  command = plan

  assert {
    condition     = output.payload_bucket_name == "llm-tracer-123456789012-dev-payloads"
    error_message = "bucket: ${output.payload_bucket_name}"
  }
}

run "payloads_outlive_their_traces_by_three_days" {
  command = plan

  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.payloads.rule).expiration).days == 93 && one(aws_s3_bucket_lifecycle_configuration.payloads.rule).status == "Enabled"
    error_message = "Payloads expire at another time."
  }
  assert {
    condition     = one(one(aws_s3_bucket_lifecycle_configuration.payloads.rule).abort_incomplete_multipart_upload).days_after_initiation == 1
    error_message = "Parts of broken uploads stay, and cost."
  }
}

run "payloads_are_private_encrypted_and_tls_only" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.payloads.block_public_acls,
      aws_s3_bucket_public_access_block.payloads.block_public_policy,
      aws_s3_bucket_public_access_block.payloads.ignore_public_acls,
      aws_s3_bucket_public_access_block.payloads.restrict_public_buckets,
    ])
    error_message = "The bucket is open to the public."
  }
  assert {
    condition     = one(aws_s3_bucket_ownership_controls.payloads.rule).object_ownership == "BucketOwnerEnforced"
    error_message = "Access control lists are in force."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.payloads.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Payloads are not encrypted."
  }
  assert {
    condition = anytrue([
      for s in jsondecode(aws_s3_bucket_policy.payloads.policy).Statement :
      s.Effect == "Deny" && s.Action == "s3:*" && s.Principal == "*" && s.Condition.Bool["aws:SecureTransport"] == "false"
      && contains(s.Resource, "arn:aws:s3:::llm-tracer-123456789012-dev-payloads/*")
    ])
    error_message = "Payloads can be read without TLS."
  }
}

run "a_destroy_keeps_payloads_unless_allowed" {
  command = plan

  assert {
    condition     = !aws_s3_bucket.payloads.force_destroy
    error_message = "A destroy would delete payloads."
  }
}

run "a_destroy_may_be_allowed_to_delete_payloads" {
  command = plan

  variables {
    allow_destroy_with_payloads = true
  }
  assert {
    condition     = aws_s3_bucket.payloads.force_destroy
    error_message = "The switch does nothing."
  }
}

run "retention_is_in_whole_days" {
  command = plan

  variables {
    longest_retention_days = 0.5
  }
  expect_failures = [var.longest_retention_days]
}

run "names_that_buckets_do_not_take_are_refused" {
  command = plan

  variables {
    name_prefix = "LLM_Tracer"
  }
  expect_failures = [var.name_prefix]
}
