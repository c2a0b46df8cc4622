import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The names under which the two tables stand in an account. */
export interface TableNames {
  readonly traces: string;
  readonly spans: string;
}

export const indexes = {
  /** Traces of a project by start. */
  time: 'project-time-index',
  /** Sparse: traces that have a session. */
  session: 'session-index',
  /** Sparse: traces that have a user. */
  user: 'user-index',
  /** Sparse: items of the spans table that no trace's head may list. */
  trace: 'trace-index',
} as const;

interface Index {
  readonly name: string;
  readonly hash: string;
  readonly range?: string;
}

/** What Terraform creates too; a test holds the two equal. */
const tables = [
  {
    table: 'traces',
    key: 'trace_id',
    indexes: [
      { name: indexes.time, hash: 'project_id', range: 'start_time' },
      { name: indexes.session, hash: 'session_key', range: 'start_time' },
      { name: indexes.user, hash: 'user_key', range: 'start_time' },
    ],
  },
  { table: 'spans', key: 'span_id', indexes: [{ name: indexes.trace, hash: 'trace_id' }] },
] as const satisfies readonly { table: keyof TableNames; key: string; indexes: readonly Index[] }[];

/** The tables as `CreateTable` takes them. All keys are strings, all indexes hold keys only. */
export const tableDefinitions = (names: TableNames): CreateTableCommandInput[] =>
  tables.map(({ table, key, indexes: given }) => {
    const indexes: readonly Index[] = given;
    const attributes = new Set([key, ...indexes.flatMap(({ hash, range }) => (range ? [hash, range] : [hash]))]);
    return {
      TableName: names[table],
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...attributes].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      GlobalSecondaryIndexes: indexes.map(({ name, hash, range }) => ({
        IndexName: name,
        KeySchema: [
          { AttributeName: hash, KeyType: 'HASH' as const },
          ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' as const },
      })),
    };
  });
