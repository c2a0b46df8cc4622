/** A member of what indexed attributes spell: a value, or members by name. */
type Branch = Map<string, unknown>;

/**
 * What attributes such as `llm.input_messages.0.message.role` spell: objects, and lists where all members of one are numbers
 * (in their order; a hostile index is a key like any other). `entries` are the keys below a common prefix, with values.
 */
export function nested(entries: readonly (readonly [string, unknown])[]): unknown {
  const root: Branch = new Map();
  for (const [path, value] of entries) {
    const names = path.split('.', deepest);
    const last = names.pop() as string;
    let branch: Branch | undefined = root;
    for (const name of names) branch = branch && below(branch, name);
    if (branch !== undefined && !branch.has(last)) branch.set(last, value);
  }
  return plain(root);
}

const deepest = 12;

/** The branch of a name; undefined where a plain value stands already. */
function below(branch: Branch, name: string): Branch | undefined {
  const existing = branch.get(name);
  if (existing instanceof Map) return existing;
  if (existing !== undefined) return undefined;
  const made: Branch = new Map();
  branch.set(name, made);
  return made;
}

function plain(branch: unknown): unknown {
  if (!(branch instanceof Map)) return branch;
  const entries = [...(branch as Branch)];
  if (entries.every(([name]) => /^\d{1,9}$/.test(name)))
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => plain(value));
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}
