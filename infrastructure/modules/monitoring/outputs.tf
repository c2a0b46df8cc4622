output "budget_name" {
  description = "Name of the budget, or null where cost alerts are off."
  value       = one(aws_budgets_budget.monthly[*].name)
}

output "alarm_names" {
  description = "Names of the alarms, none where their toggles are off."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.function : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.table : alarm.alarm_name],
  ))
}
