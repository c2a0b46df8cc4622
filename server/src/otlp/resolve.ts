import { canonicalJson } from '../domain/json.ts';
import type { AttributeRule, Dialect, Rule, Subject } from './dialect.ts';
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

const tables = dialects.map((dialect) => Object.entries(dialect.rules) as [Finding, Dialect['rules'][Finding]][]);

/** Everything that is found on a span, each finding by the first rule that tells it. */
export function resolve(span: OtlpSpan): Partial<Findings> {
  const found: Partial<Findings> = {};
  const subject: Subject = { attributes: span.attributes, span, found };
  for (const table of tables)
    for (const [finding, rules] of table) {
      if (rules === undefined || settledBy[finding]?.some((other) => found[other] !== undefined)) continue;
      find(subject, found, finding, rules as readonly Rule<unknown>[]);
    }
  return found;
}

function find(subject: Subject, found: Partial<Findings>, finding: Finding, rules: readonly Rule<unknown>[]): void {
  for (const rule of rules) {
    const known = found[finding];
    const isMerged = merged.has(finding);
    if (known === undefined || isMerged) {
      const value = applied(rule, subject);
      if (value !== undefined)
        Object.assign(found, { [finding]: isMerged ? { ...value, ...(known as object) } : value });
    } else if (typeof rule !== 'function') claimSame(rule, subject, known);
  }
}

function applied(rule: Rule<unknown>, subject: Subject): unknown {
  if (typeof rule === 'function') return rule(subject);
  const given = subject.attributes.peek(rule.key);
  const value = given === undefined ? undefined : rule.read(given, subject);
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
