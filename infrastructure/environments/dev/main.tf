# Composes the modules, and nothing else.

data "aws_caller_identity" "current" {}

locals {
  environment = "dev"
  name_prefix = "${var.project_name}-${data.aws_caller_identity.current.account_id}-${local.environment}"

  # What stands in the configuration block: a guessable key is no secret, any other is not shown.
  predictable_keys = [for key in nonsensitive(var.api_keys) : key if startswith(key, "project-")]
  client_key       = try("API_KEY=${local.predictable_keys[0]}", "# API_KEY= the key that `just new-key` printed")
}

module "dynamodb" {
  source = "../../modules/dynamodb"

  name_prefix         = local.name_prefix
  traces_table_name   = var.traces_table_name
  spans_table_name    = var.spans_table_name
  create_tables       = var.create_tables
  enable_pitr         = false
  deletion_protection = var.deletion_protection
}

module "payloads" {
  source = "../../modules/payloads"

  name_prefix                 = local.name_prefix
  longest_retention_days      = var.retention_days
  allow_destroy_with_payloads = !var.deletion_protection
}

module "lambda" {
  source = "../../modules/lambda"

  name_prefix          = local.name_prefix
  lambda_role_arn      = var.lambda_role_arn
  package_path         = var.lambda_package_path
  memory_mb            = var.function.memory_mb
  timeout_seconds      = var.function.timeout_seconds
  reserved_concurrency = var.function.reserved_concurrency
  log_retention_days   = var.function.log_retention_days

  environment_variables = merge(var.server_environment, {
    STORE                 = "dynamodb"
    DYNAMODB_TRACES_TABLE = module.dynamodb.traces_table_name
    DYNAMODB_SPANS_TABLE  = module.dynamodb.spans_table_name
    PAYLOAD_BUCKET        = module.payloads.payload_bucket_name
    API_KEYS              = join(",", var.api_keys)
    # project-dev, the founding key, is one that can be guessed. For a server that others rely on, see environments/prod.
    ALLOW_PREDICTABLE_KEYS = "true"
    RETENTION_DAYS         = tostring(var.retention_days)
  })
}

module "monitoring" {
  source = "../../modules/monitoring"

  name_prefix          = local.name_prefix
  lambda_function_name = module.lambda.function_name
  traces_table_name    = module.dynamodb.traces_table_name
  spans_table_name     = module.dynamodb.spans_table_name
  alerts_topic_arn     = var.alerts_topic_arn
  alert_emails         = var.alert_emails
  monthly_budget_usd   = var.monthly_budget_usd

  enable_cost_alerts     = true
  enable_error_alerts    = false
  enable_dynamodb_alerts = false
}
