mock_provider "aws" {
  override_during = plan
}

variables {
  name_prefix          = "llm-tracer-123456789012-prod"
  lambda_function_name = "llm-tracer-123456789012-prod-api"
  traces_table_name    = "llm-tracer-123456789012-prod-traces"
  spans_table_name     = "llm-tracer-123456789012-prod-spans"
  alerts_topic_arn     = "arn:aws:sns:eu-central-1:123456789012:llm-tracer-123456789012-alerts"
}

run "costs_are_watched_and_alarms_are_off_unless_asked_for" {
  command = plan

  assert {
    condition     = output.budget_name == "llm-tracer-123456789012-prod-monthly" && length(output.alarm_names) == 0
    error_message = "budget ${output.budget_name}, alarms ${join(" ", output.alarm_names)}"
  }
  assert {
    condition     = aws_budgets_budget.monthly[0].limit_amount == "10" && aws_budgets_budget.monthly[0].limit_unit == "USD" && aws_budgets_budget.monthly[0].time_unit == "MONTHLY"
    error_message = "The budget is another."
  }
  assert {
    condition = toset([for n in aws_budgets_budget.monthly[0].notification : "${n.notification_type} ${n.threshold}"]) == toset([
      "ACTUAL 80", "ACTUAL 100", "FORECASTED 100",
    ])
    error_message = "The budget notifies at other amounts."
  }
  assert {
    condition     = alltrue([for n in aws_budgets_budget.monthly[0].notification : n.subscriber_sns_topic_arns == toset(["arn:aws:sns:eu-central-1:123456789012:llm-tracer-123456789012-alerts"])])
    error_message = "The topic is not told."
  }
}

run "cost_alerts_can_be_switched_off" {
  command = plan

  variables {
    enable_cost_alerts = false
  }
  assert {
    condition     = length(aws_budgets_budget.monthly) == 0 && output.budget_name == null
    error_message = "The switch does nothing."
  }
}

run "a_budget_that_can_tell_nobody_has_no_notification" {
  command = plan

  variables {
    alerts_topic_arn = null
    alert_emails     = []
  }
  assert {
    condition     = length(aws_budgets_budget.monthly[0].notification) == 0
    error_message = "AWS would refuse a notification without subscribers."
  }
}

run "error_alerts_watch_the_function" {
  command = plan

  variables {
    enable_error_alerts = true
  }
  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.function : alarm.metric_name => alarm.dimensions } == {
      Errors      = tomap({ FunctionName = "llm-tracer-123456789012-prod-api" })
      Throttles   = tomap({ FunctionName = "llm-tracer-123456789012-prod-api" })
      Url5xxCount = tomap({ FunctionName = "llm-tracer-123456789012-prod-api" })
    }
    error_message = "Other metrics are watched."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.function : alarm.namespace == "AWS/Lambda" && alarm.treat_missing_data == "notBreaching" && alarm.alarm_actions == toset(["arn:aws:sns:eu-central-1:123456789012:llm-tracer-123456789012-alerts"])])
    error_message = "An alarm tells nobody, or rings while nothing happens."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.table) == 0
    error_message = "The switches are not independent."
  }
}

run "dynamodb_alerts_watch_both_tables" {
  command = plan

  variables {
    enable_dynamodb_alerts = true
  }
  assert {
    condition = toset([for alarm in aws_cloudwatch_metric_alarm.table : "${alarm.metric_name} ${alarm.dimensions.TableName}"]) == toset([
      "ReadThrottleEvents llm-tracer-123456789012-prod-traces", "WriteThrottleEvents llm-tracer-123456789012-prod-traces",
      "ReadThrottleEvents llm-tracer-123456789012-prod-spans", "WriteThrottleEvents llm-tracer-123456789012-prod-spans",
    ])
    error_message = "Other metrics are watched."
  }
  assert {
    condition     = length(aws_cloudwatch_metric_alarm.function) == 0
    error_message = "The switches are not independent."
  }
}

run "alarms_without_a_topic_tell_nobody_and_are_made_all_the_same" {
  command = plan

  variables {
    enable_error_alerts = true
    alerts_topic_arn    = null
  }
  assert {
    condition     = length(output.alarm_names) == 3 && alltrue([for alarm in aws_cloudwatch_metric_alarm.function : length(alarm.alarm_actions) == 0])
    error_message = "Alarms need the topic."
  }
}

run "wrong_values_are_refused_by_name" {
  command = plan

  variables {
    alerts_topic_arn   = "alerts"
    alert_emails       = ["ops"]
    monthly_budget_usd = 0
  }
  expect_failures = [var.alerts_topic_arn, var.alert_emails, var.monthly_budget_usd]
}
