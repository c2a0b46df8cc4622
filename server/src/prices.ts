import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type OwnPrice, type OwnPrices, ownPricer } from './domain/own-prices.ts';
import { firstKnown, type Pricer } from './domain/pricing.ts';
import { PriceList } from './price-list.ts';
import type { ProjectSettings } from './project-settings.ts';
import { parseSettings } from './settings-file.ts';

const PricesFile = z.strictObject({
  version: z.optional(
    z.string().check(z.regex(/^\S{1,100}$/, { error: 'must be 1 to 100 characters without spaces' })),
  ),
  prices: PriceList,
});

/**
 * Reads the text of the file that `PRICES_FILE` names.
 *
 * @throws Error with a sentence that says where it is wrong.
 */
export function parsePricesFile(text: string): OwnPrices {
  const { version, prices } = parseSettings(PricesFile, text);
  return { table: 'prices-file', version: version ?? versionOf(prices), prices };
}

let table: Pricer | undefined;

/** Loads the table that the server brings: half a megabyte of code, which a function that only reads does without. */
export async function loadPriceTable(): Promise<void> {
  if (table === undefined) ({ genaiPricer: table } = await import('./domain/table-prices.ts'));
}

const tablePricer: Pricer = (fields) => {
  if (table === undefined) throw new Error('the price table is not loaded yet');
  return table(fields);
};

/** What a project's calls cost, once {@link loadPriceTable} is done: by its own settings, else by the prices file, else by the table that the server brings. */
export function pricersOf(file: OwnPrices | undefined, projects: ProjectSettings): (project: string) => Pricer {
  const common = [...(file === undefined ? [] : [ownPricer(file)]), tablePricer];
  const byProject = new Map(
    [...projects].flatMap(([project, { prices }]) => {
      if (prices === undefined) return [];
      const own = ownPricer({ table: 'project-settings', version: versionOf(prices), prices });
      return [[project, firstKnown([own, ...common])]];
    }),
  );
  const others = firstKnown(common);
  return (project) => byProject.get(project) ?? others;
}

/** Names a list by what it says, so that a cost tells whether it was computed by the list of today. */
const versionOf = (prices: readonly OwnPrice[]): string =>
  createHash('sha256').update(JSON.stringify(prices)).digest('hex').slice(0, 12);
