import { canonicalJson } from '../domain/json.ts';
import type { AttributeRule, Rule, Subject } from './dialect.ts';
import { dialects } from './dialects.ts';
import type { Finding, Findings } from './findings.ts';
import type { OtlpSpan } from './request.ts';

// Put together out of what all dialects say; of two that name the same member the earlier one's stays.
const merged: ReadonlySet<Finding> = new Set<Finding>(['parameters', 'metadata', 'traceMetadata']);

/** What tells nothing more once the other is found: then its attributes stay what they are, attributes. */
const settledBy: { readonly [F in Finding]?: readonly Finding[] } = {
  input: ['inputMessages'],
  output: ['outputMessages', 'documents'],
};

/** The rules of one dialect for one finding, with what is special about it. */
interface Line {
  readonly finding: Finding;
  readonly rules: readonly Rule<unknown>[];
  readonly isMerged: boolean;
  readonly settledBy: readonly Finding[];
}

// Made once: a span asks all lines, so each costs.
const tables = dialects.map(({ rules, begins }) => ({
  begins,
  lines: Object.entries(rules).map(
    ([name, list]): Line => ({
      finding: name as Finding,
      rules: list,
      isMerged: merged.has(name as Finding),
      settledBy: settledBy[name as Finding] ?? [],
    }),
  ),
}));

type Found = Partial<Record<Finding, unknown>>;

/** Everything that is found on a span, each finding by the first rule that tells it. */
export function resolve(span: OtlpSpan): Partial<Findings> {
  const found: Found = {};
  const subject: Subject = { attributes: span.attributes, span, found: found as Partial<Findings> };
  const heads = headsOf(span);
  for (const { begins, lines } of tables) {
    if (begins?.every((head) => !heads.has(head))) continue;
    for (const line of lines)
      if (line.isMerged) add(subject, found, line);
      else if (line.settledBy.every((other) => found[other] === undefined)) find(subject, found, line);
  }
  return found as Partial<Findings>;
}

/** How the names of a span's attributes and events begin. */
function headsOf({ attributes, events }: OtlpSpan): ReadonlySet<string> {
  const heads = new Set<string>();
  for (const key of attributes.keys()) heads.add(headOf(key));
  for (const { name } of events) heads.add(headOf(name));
  return heads;
}

function headOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? name : name.slice(0, dot);
}

function find(subject: Subject, found: Found, { finding, rules }: Line): void {
  for (const rule of rules) {
    const known = found[finding];
    if (known === undefined) {
      const value = applied(rule, subject);
      if (value !== undefined) found[finding] = value;
    } else if (typeof rule !== 'function') claimSame(rule, subject, known);
  }
}

function add(subject: Subject, found: Found, { finding, rules }: Line): void {
  for (const rule of rules) {
    const value = applied(rule, subject) as object | undefined;
    // Spread, and not assigned member by member: a key may be __proto__.
    if (value !== undefined) found[finding] = { ...value, ...(found[finding] as object | undefined) };
  }
}

function applied(rule: Rule<unknown>, subject: Subject): unknown {
  if (typeof rule === 'function') return rule(subject);
  const given = subject.attributes.peek(rule.key);
  if (given === undefined) return undefined;
  const value = rule.read(given, subject);
  if (value !== undefined) subject.attributes.take(rule.key);
  return value;
}

/** An attribute that says the same as what was found is told with it; one that says otherwise is kept. */
function claimSame(rule: AttributeRule<unknown>, subject: Subject, known: unknown): void {
  const given = subject.attributes.peek(rule.key);
  if (given === undefined) return;
  const value = rule.read(given, subject);
  if (value === known || (typeof value === 'object' && canonicalJson(value) === canonicalJson(known)))
    subject.attributes.take(rule.key);
}
