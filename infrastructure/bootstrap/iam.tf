# The roles of the functions are made here, so that whoever deploys needs iam:PassRole and cannot create roles.

locals {
  lambda_roles = merge(
    { shared = { name = "${local.name_prefix}-lambda-role", scope = local.name_prefix } },
    var.separate_environment_roles ? {
      for environment in var.environments : environment => {
        name  = "${local.name_prefix}-${environment}-lambda-role"
        scope = "${local.name_prefix}-${environment}"
      }
    } : {},
  )

  table_arn_prefix = "arn:${local.partition}:dynamodb:${var.aws_region}:${local.account_id}:table"
}

resource "aws_iam_role" "lambda" {
  for_each = local.lambda_roles

  name        = each.value.name
  description = "What the function of LLM Tracer may do: its tables, payloads and logs."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "lambda" {
  for_each = local.lambda_roles

  name = "store"
  role = aws_iam_role.lambda[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # No Scan: no request of the API reads a whole table, and none of a thief may. Transactions need the single actions.
        Sid    = "Tables"
        Effect = "Allow"
        Action = [
          "dynamodb:BatchGetItem",
          "dynamodb:ConditionCheckItem",
          "dynamodb:DeleteItem",
          "dynamodb:DescribeTable",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ]
        Resource = concat(
          ["${local.table_arn_prefix}/${each.value.scope}-*", "${local.table_arn_prefix}/${each.value.scope}-*/index/*"],
          flatten([for arn in var.extra_table_arns : [arn, "${arn}/index/*"]]),
        )
      },
      {
        Sid      = "Payloads"
        Effect   = "Allow"
        Action   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
        Resource = ["arn:${local.partition}:s3:::${each.value.scope}-*payloads/*"]
      },
      {
        # To find the objects of a trace that is deleted; and without it S3 answers 403, not 404, where an object is missing.
        Sid      = "PayloadsOfATrace"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:${local.partition}:s3:::${each.value.scope}-*payloads"]
      },
      {
        # Not CreateLogGroup: Terraform makes the group, with a retention. A group made by the function has none.
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["arn:${local.partition}:logs:${var.aws_region}:${local.account_id}:log-group:/aws/lambda/${each.value.scope}-*:*"]
      },
      {
        # The name pattern of the tables covers the lock table too.
        Sid    = "NeverTheState"
        Effect = "Deny"
        Action = ["dynamodb:*", "s3:*"]
        Resource = [
          aws_dynamodb_table.locks.arn,
          "${aws_dynamodb_table.locks.arn}/*",
          aws_s3_bucket.state.arn,
          "${aws_s3_bucket.state.arn}/*",
        ]
      },
    ]
  })
}
