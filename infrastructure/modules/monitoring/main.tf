locals {
  topics = var.alerts_topic_arn == null ? [] : [var.alerts_topic_arn]

  # AWS refuses a notification that tells nobody, and only when it is applied.
  can_notify = length(local.topics) + length(var.alert_emails) > 0

  budget_notifications = local.can_notify ? [
    { type = "ACTUAL", percent = 80 },
    { type = "ACTUAL", percent = 100 },
    { type = "FORECASTED", percent = 100 },
  ] : []
}

resource "aws_budgets_budget" "monthly" {
  count = var.enable_cost_alerts ? 1 : 0

  name         = "${var.name_prefix}-monthly"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_budget_usd)
  limit_unit   = "USD"

  dynamic "notification" {
    for_each = local.budget_notifications

    content {
      notification_type          = notification.value.type
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.alert_emails
      subscriber_sns_topic_arns  = local.topics
    }
  }
}

locals {
  function_alarms = var.enable_error_alerts ? {
    # The function itself broke or ran out of time.
    errors = { metric = "Errors", description = "The function failed or timed out." }
    # It could not run: the account's or its own cap of instances is reached.
    throttles = { metric = "Throttles", description = "The function was not run for lack of concurrency." }
    # It ran, and answered 5xx: what clients see, and Errors does not count.
    url-5xx = { metric = "Url5xxCount", description = "The API answered with 5xx." }
  } : {}

  table_alarms = var.enable_dynamodb_alerts ? merge([
    for kind, table in { traces = var.traces_table_name, spans = var.spans_table_name } : {
      "${kind}-read-throttles"  = { table = table, metric = "ReadThrottleEvents" }
      "${kind}-write-throttles" = { table = table, metric = "WriteThrottleEvents" }
    }
  ]...) : {}
}

resource "aws_cloudwatch_metric_alarm" "function" {
  for_each = local.function_alarms

  alarm_name        = "${var.name_prefix}-lambda-${each.key}"
  alarm_description = each.value.description

  namespace   = "AWS/Lambda"
  metric_name = each.value.metric
  dimensions  = { FunctionName = var.lambda_function_name }

  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  # No requests, no metric: idle is well.
  treat_missing_data = "notBreaching"

  alarm_actions = local.topics
  ok_actions    = local.topics
}

resource "aws_cloudwatch_metric_alarm" "table" {
  for_each = local.table_alarms

  alarm_name        = "${var.name_prefix}-dynamodb-${each.key}"
  alarm_description = "Requests to ${each.value.table} were throttled. Clients wait and send again, so nothing is lost yet."

  namespace   = "AWS/DynamoDB"
  metric_name = each.value.metric
  dimensions  = { TableName = each.value.table }

  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"

  alarm_actions = local.topics
  ok_actions    = local.topics
}
