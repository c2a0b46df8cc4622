// What a program can see of a value: its class (the very one), its members, what a response's body says.

const classes = new Map<object, number>();

/** Names a prototype so that two are equal only if they are the same object. */
function classOf(value: object): string {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null) return 'null';
  if (!classes.has(prototype)) classes.set(prototype, classes.size);
  return `${prototype.constructor?.name}#${classes.get(prototype)}`;
}

// Of the server: different for each request.
const changing = /\breq_\w+|\b\d{1,3}(?:\.\d+)? ?ms\b/g;
const changingHeaders = new Set(['date', 'x-request-id', 'request-id']);

/** As plain data, to be compared with that of another run. */
export async function snapshot(value: unknown): Promise<unknown> {
  return see(await bodiesRead(value), new Map());
}

/** Bodies that nobody has read are part of what a program gets. */
async function bodiesRead(value: unknown): Promise<unknown> {
  if (value instanceof Response) {
    return { response: classOf(value), status: value.status, headers: headersOf(value), body: await bodyOf(value) };
  }
  if (Array.isArray(value)) return Promise.all(value.map(bodiesRead));
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, member]) => [key, await bodiesRead(member)] as const),
    );
    return Object.fromEntries(entries);
  }
  return value;
}

const headersOf = ({ headers }: Response): [string, string][] =>
  [...headers].filter(([name]) => !changingHeaders.has(name));

const bodyOf = async (response: Response): Promise<string> => {
  if (response.bodyUsed) return '[used]';
  try {
    return await response.text();
  } catch (error) {
    return `[${error}]`;
  }
};

function see(value: unknown, seen: Map<object, number>): unknown {
  if (typeof value === 'string') return value.replace(changing, '[changing]');
  if (typeof value === 'function') return `function ${value.name}`;
  if (typeof value !== 'object' || value === null) return value;
  const before = seen.get(value);
  if (before !== undefined) return `[the ${before}th]`;
  seen.set(value, seen.size);
  if (value instanceof Headers) return [...value].filter(([name]) => !changingHeaders.has(name));
  if (value instanceof Error) {
    const { message, cause } = value;
    const members = Object.entries(value)
      .filter(([key]) => key !== 'socket')
      .map(([key, member]) => [key, see(member, seen)]);
    return {
      class: classOf(value),
      message: see(message, seen),
      cause: see(cause, seen),
      ...Object.fromEntries(members),
    };
  }
  if (Array.isArray(value)) return value.map((member) => see(member, seen));
  const members = Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  return {
    class: classOf(value),
    members: members.map((key) => [String(key), see((value as Record<PropertyKey, unknown>)[key], seen)]),
  };
}
