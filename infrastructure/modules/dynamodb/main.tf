# The keys and indexes are those that the server's store spells (server/src/stores/dynamodb): change both or neither.
#
# No server_side_encryption block: tables are encrypted at rest with a key of AWS, free of charge, and the block would
# mean a KMS key that the deployment user may not read.

locals {
  traces_table_name = coalesce(var.traces_table_name, "${var.name_prefix}-traces")
  spans_table_name  = coalesce(var.spans_table_name, "${var.name_prefix}-spans")

  traces = one(concat(aws_dynamodb_table.traces[*], data.aws_dynamodb_table.traces[*]))
  spans  = one(concat(aws_dynamodb_table.spans[*], data.aws_dynamodb_table.spans[*]))
}

resource "aws_dynamodb_table" "traces" {
  count = var.create_tables ? 1 : 0

  name                        = local.traces_table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "trace_id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "trace_id"
    type = "S"
  }

  attribute {
    name = "project_id"
    type = "S"
  }

  attribute {
    name = "start_time"
    type = "S"
  }

  attribute {
    name = "session_key"
    type = "S"
  }

  attribute {
    name = "user_key"
    type = "S"
  }

  # Indexes project keys alone: an update of a trace that changes none of them costs no write in the index. Lists fetch
  # the traces by key.
  global_secondary_index {
    name            = "project-time-index"
    hash_key        = "project_id"
    range_key       = "start_time"
    projection_type = "KEYS_ONLY"
  }

  # Sparse: only traces with a session, or a user, are in them.
  global_secondary_index {
    name            = "session-index"
    hash_key        = "session_key"
    range_key       = "start_time"
    projection_type = "KEYS_ONLY"
  }

  global_secondary_index {
    name            = "user-index"
    hash_key        = "user_key"
    range_key       = "start_time"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.enable_pitr
  }
}

resource "aws_dynamodb_table" "spans" {
  count = var.create_tables ? 1 : 0

  name                        = local.spans_table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "span_id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "span_id"
    type = "S"
  }

  attribute {
    name = "trace_id"
    type = "S"
  }

  global_secondary_index {
    name            = "trace-index"
    hash_key        = "trace_id"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.enable_pitr
  }
}

data "aws_dynamodb_table" "traces" {
  count = var.create_tables ? 0 : 1
  name  = local.traces_table_name
}

data "aws_dynamodb_table" "spans" {
  count = var.create_tables ? 0 : 1
  name  = local.spans_table_name
}
