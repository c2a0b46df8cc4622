/** The part of an OpenAPI document that the page is made of. */
export interface ApiDocument {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Reply>>;
}

interface Reply {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

const sections: readonly (readonly [tag: string, title: string, lead: string])[] = [
  ['writing', 'Writing', 'Needs a key of scope `ingest` or `admin`; deleting needs `admin`.'],
  ['reading', 'Reading', 'Needs a key of scope `read` or `admin`.'],
  ['service', 'The service', 'About the server and the key.'],
];

// The same on every route, and told once.
const commonStatuses = new Set(['400', '401', '403', '413', '415', '422', '429', '503']);

/** The reference of the HTTP API as a page of Markdown. */
export function apiPage(document: ApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
  const parts = [
    '# HTTP API',
    'Made by `pnpm api-docs` out of the OpenAPI document that a server answers at `/openapi.json`; do not edit.',
    'JSON in and out, times in ISO 8601 UTC. The key goes into the header `X-API-Key`, or `Authorization: Bearer`. Every error is ' +
      '`application/problem+json` with a `detail` that says what to do; [errors](errors.md) explains the statuses that any route may answer.',
    ...sections.flatMap(([tag, title, lead]) => [
      `## ${title}`,
      lead,
      ...operations
        .filter(({ operation }) => operation.tags?.includes(tag))
        .flatMap(({ name, operation }) => operationParts(name, operation)),
    ]),
    '## Records',
    ...Object.entries(document.components.schemas)
      .filter(([, { properties }]) => properties !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, schema]) => [`### ${name}`, fieldTable(schema)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function operationParts(name: string, { summary, description, parameters = [], requestBody, responses }: Operation) {
  const parts = [`### ${name}`, `${summary}.`];
  if (description !== undefined) parts.push(description);
  const query = parameters.filter((parameter) => parameter.in === 'query');
  if (query.length > 0)
    parts.push(
      table(
        ['query', ''],
        query.map(({ name, schema }) => [code(name), typeOf(schema)]),
      ),
    );
  const body = Object.values(requestBody?.content ?? {})[0]?.schema;
  if (body !== undefined) parts.push('Body:', body.properties === undefined ? typeOf(body) : fieldTable(body));
  parts.push(
    table(
      ['status', ''],
      Object.entries(responses)
        .filter(([status]) => !commonStatuses.has(status))
        .map(([status, reply]) => [status, replyText(reply)]),
    ),
  );
  return parts;
}

function replyText({ description, content = {} }: Reply): string {
  const [[type, body] = []] = Object.entries(content);
  const said = description === undefined || description === 'Default Response' ? '' : description;
  if (type === undefined || body === undefined) return said || 'nothing';
  if (type === 'application/problem+json') return said;
  if (type !== 'application/json') return `${code(type)}: ${said}`;
  const { schema } = body;
  if (schema.properties === undefined) return typeOf(schema);
  return Object.entries(schema.properties)
    .map(([name, field]) => `${code(name)} ${typeOf(field)}`)
    .join(', ');
}

function fieldTable({ properties = {}, required = [] }: Schema): string {
  const rows = Object.entries(properties).map(([name, field]) => [
    code(name),
    required.includes(name) ? 'yes' : '',
    typeOf(field),
  ]);
  return table(['field', 'always', ''], rows);
}

const code = (text: string): string => `\`${text}\``;

/** What a value may be, in a few words. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return linkTo(schema.$ref.split('/').at(-1) ?? '');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(' or ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.type === 'array') {
    const most = schema.maxItems === undefined ? '' : `, at most ${schema.maxItems}`;
    return `list of ${typeOf(schema.items ?? {})}${most}`;
  }
  if (schema.type === 'object') return objectOf(schema);
  if (schema.type === undefined) return 'any JSON';
  return [schema.type].flat().join(' or ') + rangeOf(schema);
}

function objectOf({ properties, additionalProperties }: Schema): string {
  if (properties !== undefined) return `{${Object.keys(properties).map(code).join(', ')}}`;
  return typeof additionalProperties === 'object' ? `object of ${typeOf(additionalProperties)}` : 'object';
}

const linkTo = (name: string): string => `[${name}](#${name.toLowerCase()})`;

function rangeOf({ type, minimum, maximum, minLength, maxLength }: Schema): string {
  // Bounds that only say what a double can hold say nothing.
  const bound = (value: number | undefined) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER;
  const [least, most] = type === 'string' ? [minLength, maxLength] : [minimum, maximum];
  const unit = type === 'string' ? ' characters' : '';
  if (bound(least) && bound(most)) return ` (${least} to ${most}${unit})`;
  if (bound(most)) return ` (at most ${most}${unit})`;
  return bound(least) && least !== 0 ? ` (at least ${least}${unit})` : '';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
