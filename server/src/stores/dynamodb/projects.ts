import type { Database } from './database.ts';
import { listOf, projectKey } from './keys.ts';
import { indexes } from './tables.ts';

/** The projects that have ever written. Each is an item, made by its first write. */
export class Projects {
  readonly #database: Database;
  readonly #known = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Remembers a project. Before its first record is stored, so that nothing is ever of a project that is not known. */
  async add(project: string): Promise<void> {
    if (this.#known.has(project)) return;
    const key = projectKey(project);
    if ((await this.#database.get('traces', key)) === undefined)
      await this.#database.put('traces', { trace_id: key, project_id: listOf.projects, start_time: project });
    this.#known.add(project);
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const item of this.#database.query('traces', {
      index: indexes.time,
      hash: ['project_id', listOf.projects],
    }))
      names.push(item['start_time'] as string);
    return names;
  }
}
