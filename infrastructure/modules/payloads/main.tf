# Inputs and outputs too large for a table: written once under the hash of their content, read by the function alone.

locals {
  # Retention ends with the UTC day; a trace may start up to 24 hours after its payload was written; and S3 deletes up to
  # a day late and never early. The objects must outlive the items that point to them.
  expiration_days = var.longest_retention_days + 3
}

resource "aws_s3_bucket" "payloads" {
  bucket        = "${var.name_prefix}-payloads"
  force_destroy = var.allow_destroy_with_payloads
}

resource "aws_s3_bucket_server_side_encryption_configuration" "payloads" {
  bucket = aws_s3_bucket.payloads.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "payloads" {
  bucket = aws_s3_bucket.payloads.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "payloads" {
  bucket = aws_s3_bucket.payloads.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "payloads" {
  bucket = aws_s3_bucket.payloads.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.payloads.arn, "${aws_s3_bucket.payloads.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 refuses to take both at once.
  depends_on = [aws_s3_bucket_public_access_block.payloads]
}

# No versioning: a payload is never overwritten, and what was deleted has to be gone.
resource "aws_s3_bucket_lifecycle_configuration" "payloads" {
  bucket = aws_s3_bucket.payloads.id

  rule {
    id     = "retention"
    status = "Enabled"

    filter {}

    expiration {
      days = local.expiration_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}
