import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tableDefinitions } from '../../../src/stores/dynamodb/tables.ts';

const terraform = readFileSync(new URL('../../../../infrastructure/modules/dynamodb/main.tf', import.meta.url), 'utf8');

/** What Terraform creates under a resource's name, in the words of `CreateTable`. */
function declared(name: string) {
  const start = terraform.indexOf(`resource "aws_dynamodb_table" "${name}" {`);
  const block = terraform.slice(start, terraform.indexOf('\n}', start));
  const text = (from: string, field: string): string | undefined =>
    new RegExp(`\\b${field}\\s*=\\s*"([^"]*)"`).exec(from)?.[1];
  const blocks = (kind: string): string[] =>
    [...block.matchAll(new RegExp(`${kind} \\{([^}]*)\\}`, 'g'))].map(([, body = '']) => body);
  const range = (from: string) =>
    text(from, 'range_key') === undefined ? [] : [{ AttributeName: text(from, 'range_key'), KeyType: 'RANGE' }];
  const [ttl = ''] = blocks('ttl');
  return {
    BillingMode: text(block, 'billing_mode'),
    AttributeDefinitions: blocks('attribute').map((from) => ({
      AttributeName: text(from, 'name'),
      AttributeType: text(from, 'type'),
    })),
    KeySchema: [{ AttributeName: text(block, 'hash_key'), KeyType: 'HASH' }],
    GlobalSecondaryIndexes: blocks('global_secondary_index').map((from) => ({
      IndexName: text(from, 'name'),
      KeySchema: [{ AttributeName: text(from, 'hash_key'), KeyType: 'HASH' }, ...range(from)],
      Projection: { ProjectionType: text(from, 'projection_type') },
    })),
    ttl: text(ttl, 'attribute_name'),
  };
}

const byName = <T extends { AttributeName?: string | undefined }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => (String(a.AttributeName) < String(b.AttributeName) ? -1 : 1));

describe('the tables', () => {
  it.each(['traces', 'spans'])('of %s are in Terraform what the store creates for tests', (name) => {
    const own = tableDefinitions({ traces: 'traces', spans: 'spans' }).find(({ TableName }) => TableName === name);

    const { ttl, AttributeDefinitions, ...rest } = declared(name);

    expect(rest).toEqual({
      BillingMode: own?.BillingMode,
      KeySchema: own?.KeySchema,
      GlobalSecondaryIndexes: own?.GlobalSecondaryIndexes,
    });
    expect(byName(AttributeDefinitions)).toEqual(byName(own?.AttributeDefinitions ?? []));
    expect(ttl).toBe('expires_at');
  });
});
