import type { DescribeTableCommandInput, DescribeTableCommandOutput } from '@aws-sdk/client-dynamodb';
import type {
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
  GetObjectCommandInput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  DeleteCommandInput,
  DeleteCommandOutput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  PutCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  TransactWriteCommandInput,
  TransactWriteCommandOutput,
} from '@aws-sdk/lib-dynamodb';

/** Every call that the store makes, each with what goes in and what comes out. */
export interface AwsCalls {
  readonly get: [GetCommandInput, GetCommandOutput];
  readonly batchGet: [BatchGetCommandInput, BatchGetCommandOutput];
  readonly put: [PutCommandInput, PutCommandOutput];
  readonly delete: [DeleteCommandInput, DeleteCommandOutput];
  readonly query: [QueryCommandInput, QueryCommandOutput];
  readonly transactWrite: [TransactWriteCommandInput, TransactWriteCommandOutput];
  readonly describeTable: [DescribeTableCommandInput, DescribeTableCommandOutput];
  readonly putObject: [PutObjectCommandInput, PutObjectCommandOutput];
  readonly getObject: [GetObjectCommandInput, Uint8Array | undefined];
  readonly listObjects: [ListObjectsV2CommandInput, ListObjectsV2CommandOutput];
  readonly deleteObjects: [DeleteObjectsCommandInput, DeleteObjectsCommandOutput];
}

/** How AWS is spoken to: the one seam at which tests count calls, price them and let them fail. */
export interface Aws {
  call<Name extends keyof AwsCalls>(name: Name, input: AwsCalls[Name][0]): Promise<AwsCalls[Name][1]>;
  close(): Promise<void>;
}

export interface AwsOptions {
  /** Where DynamoDB is, when it is not AWS'. @default as the SDK finds it: `AWS_ENDPOINT_URL`, else by region */
  readonly dynamodbEndpoint?: string | undefined;
}

/** AWS by its SDK, which is loaded at the first call: it is most of a Lambda's start. */
export function openAws(options: AwsOptions = {}): Aws {
  let dynamodb: Promise<Aws> | undefined;
  let s3: Promise<Aws> | undefined;
  const ofTables = (): Promise<Aws> => {
    dynamodb ??= import('./sdk-dynamodb.ts').then(({ openDynamodb }) => openDynamodb(options));
    return dynamodb;
  };
  const ofObjects = (): Promise<Aws> => {
    s3 ??= import('./sdk-s3.ts').then(({ openS3 }) => openS3());
    return s3;
  };
  return {
    async call(name, input) {
      const aws = await (name.includes('Object') ? ofObjects() : ofTables());
      return aws.call(name, input);
    },
    async close() {
      await Promise.all([dynamodb?.then((aws) => aws.close()), s3?.then((aws) => aws.close())]);
    },
  };
}
