import { buildApp } from '../server/src/app.ts';
import { parseConfig } from '../server/src/config.ts';
import type { Store } from '../server/src/stores/store.ts';
import type { ApiDocument } from './api-page.ts';

/** The OpenAPI document of this version's server. No request is made, so that it needs no store. */
export async function apiDocument(): Promise<ApiDocument> {
  const app = buildApp({ config: parseConfig({}), store: {} as Store, clock: () => 0 });
  await app.ready();
  const document = app.swagger() as unknown as ApiDocument;
  await app.close();
  return document;
}
