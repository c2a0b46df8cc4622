import { stringOf, textOf } from '../storable-text.ts';
import type { Statements } from './statements.ts';

/** Project names as the small numbers that rows carry. */
export class Projects {
  readonly #sql: Statements;
  readonly #ids = new Map<string, number>();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** The number of a project that has ever written, else undefined. */
  find(name: string): number | undefined {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.#sql.get<[number]>('SELECT id FROM projects WHERE name = ?', textOf(name))?.[0];
    if (id !== undefined) this.#ids.set(name, id);
    return id;
  }

  /** The number of a project, given now if it has none. Inside a write only. */
  findOrAdd(name: string): number {
    const found = this.find(name);
    if (found !== undefined) return found;
    const { id } = this.#sql.run('INSERT INTO projects (name) VALUES (?)', textOf(name));
    this.#ids.set(name, id);
    return id;
  }

  /** The names of all projects that have ever written. */
  names(): string[] {
    return this.#sql.all<[string]>('SELECT name FROM projects ORDER BY id').map(([name]) => stringOf(name));
  }

  /** Forgets what was read: a rollback may have taken a number back. */
  forget(): void {
    this.#ids.clear();
  }
}
