import type { Attributes } from './attributes.ts';
import type { Finding, Findings } from './findings.ts';
import type { OtlpSpan } from './request.ts';

/** What a rule may look at. */
export interface Subject {
  readonly attributes: Attributes;
  readonly span: OtlpSpan;
  /** What earlier rules have found. */
  readonly found: Partial<Findings>;
}

/**
 * How one finding is told: by an attribute whose value a reader understands, or by what a function finds in several. A reader
 * gives undefined for a value that says nothing, which is then left as it is.
 */
export type Rule<Value> = AttributeRule<Value> | ((subject: Subject) => Value | undefined);

export interface AttributeRule<Value> {
  readonly key: string;
  readonly read: (value: unknown, subject: Subject) => Value | undefined;
}

/**
 * A convention by which spans tell what they are: a table of rules by finding, each list in order of preference. A dialect
 * rests on the names of attributes, never on who sent them.
 */
export interface Dialect {
  readonly name: string;
  /**
   * How the attributes and events begin that the rules are about, up to the first dot. On a span that has none of them the
   * dialect is not asked, which is most of them on most spans. @default always asked
   */
  readonly begins?: readonly string[];
  readonly rules: { readonly [F in Finding]?: readonly Rule<Findings[F]>[] };
}

/** Rules for several attributes that mean the same and are read alike. */
export const from = <Value>(read: AttributeRule<Value>['read'], ...keys: readonly string[]): AttributeRule<Value>[] =>
  keys.map((key) => ({ key, read }));

/**
 * The same for attributes that a span keeps all the same: what general conventions say of who is served holds for the trace,
 * whose record has room for one, and still is this span's own.
 */
export const seen = <Value>(
  read: (value: unknown) => Value | undefined,
  ...keys: readonly string[]
): ((subject: Subject) => Value | undefined)[] =>
  keys.map(
    (key) =>
      ({ attributes }) =>
        read(attributes.peek(key)),
  );
