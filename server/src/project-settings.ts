import * as z from 'zod/mini';
import { PriceList } from './price-list.ts';
import { parseSettings } from './settings-file.ts';

/**
 * Spans of other clients' instrumentation that a project does not want: all that are given must match; `*` stands for any
 * characters, and a kind for what conventions and libraries of that sort are told by.
 */
const NoisePattern = z
  .strictObject({
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
    scope: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
    kind: z.optional(z.enum(['http', 'database', 'framework'])),
  })
  .check(
    z.refine(({ name, scope, kind }) => name !== undefined || scope !== undefined || kind !== undefined, {
      error: 'must have a name, a scope or a kind, or it would match every span',
    }),
  );

/** What may be set for one project. */
const OneProject = z.strictObject({
  retention_days: z.optional(z.int().check(z.gte(1), z.lte(36_500))),
  noise_filter: z.optional(z.array(NoisePattern).check(z.maxLength(100))),
  prices: z.optional(PriceList),
});
export type OneProject = z.infer<typeof OneProject>;

/** The file that `PROJECT_SETTINGS` names: settings by project id. */
const Settings = z.record(
  z.string().check(z.regex(/^[A-Za-z0-9_-]{1,100}$/, { error: 'must be the id of a project' })),
  OneProject,
);

export type ProjectSettings = ReadonlyMap<string, OneProject>;

/**
 * Reads the text of a settings file.
 *
 * @throws Error with a sentence that says where it is wrong.
 */
export const parseProjectSettings = (text: string): ProjectSettings =>
  new Map(Object.entries(parseSettings(Settings, text)));
