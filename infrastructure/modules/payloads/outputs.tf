output "payload_bucket_name" {
  description = "Name of the bucket: PAYLOAD_BUCKET of the function."
  value       = aws_s3_bucket.payloads.bucket
}
