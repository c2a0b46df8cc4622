import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Prepares each text once. Rows come as arrays in the order of their columns: half the cost of objects. */
export class Statements {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Runs a write and says how many rows changed and the id of the row that was inserted last. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly id: number } {
    const { changes, lastInsertRowid } = this.#of(sql).run(...values);
    return { changes: Number(changes), id: Number(lastInsertRowid) };
  }

  get<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#of(sql).get(...values) as unknown as Row | undefined;
  }

  all<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#of(sql).all(...values) as unknown as Row[];
  }

  /** Rows one at a time, in memory that does not grow with their number. Nothing else may run this text meanwhile. */
  iterate<Row extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#of(sql).iterate(...values) as unknown as Iterable<Row>;
  }

  #of(sql: string): StatementSync {
    const found = this.#prepared.get(sql);
    if (found !== undefined) return found;
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    this.#prepared.set(sql, statement);
    return statement;
  }
}
