import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Aws, AwsOptions } from './aws.ts';
import { clientSettings } from './sdk-settings.ts';

const commands = {
  get: GetCommand,
  batchGet: BatchGetCommand,
  put: PutCommand,
  delete: DeleteCommand,
  query: QueryCommand,
  transactWrite: TransactWriteCommand,
  describeTable: DescribeTableCommand,
};

/** Sums may be beyond what a double holds exactly. */
const exactNumber = (text: string): number | bigint => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
};

export function openDynamodb({ dynamodbEndpoint }: AwsOptions): Aws {
  const client = new DynamoDBClient({
    ...clientSettings,
    ...(dynamodbEndpoint === undefined ? {} : { endpoint: dynamodbEndpoint }),
  });
  const documents = DynamoDBDocumentClient.from(client, { unmarshallOptions: { wrapNumbers: exactNumber } });
  return {
    call(name, input) {
      const Command = commands[name as keyof typeof commands] as new (input: unknown) => GetCommand;
      return documents.send(new Command(input)) as Promise<never>;
    },
    async close() {
      documents.destroy();
      client.destroy();
    },
  };
}
