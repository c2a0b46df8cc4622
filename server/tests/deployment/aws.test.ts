import { randomBytes } from 'node:crypto';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
} from '@aws-sdk/client-dynamodb';
import { GetBucketLifecycleConfigurationCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { tableDefinitions } from '../../src/stores/dynamodb/tables.ts';
import { aSpan, aTrace, aUserOfItsOwn, call, deployment, get, ingest } from './client.ts';

const user_id = aUserOfItsOwn();
const dynamodb = new DynamoDBClient({});
const s3 = new S3Client({});

const definitions = tableDefinitions({ traces: deployment.tracesTable, spans: deployment.spansTable });

describe.each(definitions)('table $TableName', (definition) => {
  const { TableName } = definition;

  it('is active, with its indexes, and bills by the request', async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));

    expect(Table?.TableStatus).toBe('ACTIVE');
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    for (const { IndexName, IndexStatus } of Table?.GlobalSecondaryIndexes ?? [])
      expect(IndexStatus, IndexName).toBe('ACTIVE');
  });

  it('has the keys and indexes that the store reads', async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));

    const byName = (indexes: readonly GlobalSecondaryIndex[] = []) =>
      indexes
        .map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          projection: Projection?.ProjectionType,
        }))
        .sort((a, b) => String(a.IndexName).localeCompare(String(b.IndexName)));
    expect(Table?.KeySchema).toEqual(definition.KeySchema);
    expect(byName(Table?.GlobalSecondaryIndexes as GlobalSecondaryIndex[])).toEqual(
      byName(definition.GlobalSecondaryIndexes),
    );
  });

  it('lets items expire', async () => {
    const { TimeToLiveDescription } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));

    expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires_at' });
  });
});

describe(`bucket ${deployment.payloadBucket}`, () => {
  it('lets payloads expire three days after the longest kept trace', async () => {
    const days = (await get('/api/me')).body.limits.retention_days;

    const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: deployment.payloadBucket }));

    expect(Rules).toEqual([
      expect.objectContaining({ Status: 'Enabled', Expiration: expect.objectContaining({ Days: days + 3 }) }),
    ]);
  });

  it('holds a large payload, which reads back whole and goes with its trace', async () => {
    const { project_id } = (await get('/api/me')).body;
    const trace = aTrace({ user_id });
    const { trace_id } = trace;
    // Random text, so that compression does not make it small.
    const output_data = { text: randomBytes(150_000).toString('base64'), unicode: '🙂'.repeat(100) };
    const span = aSpan({ trace_id, output_data });
    const objects = async () => {
      const Prefix = `${project_id}/${trace_id}/`;
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: deployment.payloadBucket, Prefix }));
      return Contents;
    };

    await ingest({ traces: [trace], spans: [span] });

    expect((await objects()).length).toBeGreaterThanOrEqual(1);
    expect((await get(`/api/spans/${span.span_id}`)).body.output_data).toEqual(output_data);

    expect((await call('DELETE', `/api/traces/${trace_id}`)).status).toBe(204);
    expect(await objects()).toEqual([]);
  });
});
