import type { Emulator } from './emulator.ts';

/** Names of everything that stands in the account, by kind. */
export async function everythingIn(emulator: Emulator): Promise<Record<string, string[]>> {
  const list = async (service: string, target: string, field: string, name: string, body: object = {}) => {
    const answer = await emulator.ask('admin', service, target, body);
    const entries = (answer.body[field] ?? []) as (string | Record<string, string>)[];
    return entries.map((entry) => (typeof entry === 'string' ? entry : String(entry[name])));
  };
  const functions = JSON.parse((await emulator.read('admin', 'lambda', '/2015-03-31/functions/')).text);
  const buckets = (await emulator.read('admin', 's3', '/')).text;
  return {
    tables: await list('dynamodb', 'DynamoDB_20120810.ListTables', 'TableNames', ''),
    logGroups: await list('logs', 'Logs_20140328.DescribeLogGroups', 'logGroups', 'logGroupName'),
    budgets: await list('budgets', 'AWSBudgetServiceGateway.DescribeBudgets', 'Budgets', 'BudgetName', {
      AccountId: '123456789012',
    }),
    alarms: await list('monitoring', 'GraniteServiceVersion20100801.DescribeAlarms', 'MetricAlarms', 'AlarmName'),
    functions: functions.Functions.map(({ FunctionName }: { FunctionName: string }) => FunctionName),
    buckets: [...buckets.matchAll(/<Bucket>.*?<Name>(.*?)<\/Name>/gs)].map(([, name]) => String(name)),
  };
}
