// `pnpm api-docs`: docs/reference/api.md anew. A test says when that is due.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiDocument } from './api-document.ts';
import { apiPage } from './api-page.ts';
import { root } from './workspace.ts';

writeFileSync(join(root, 'docs/reference/api.md'), apiPage(await apiDocument()));
console.log('docs/reference/api.md is written.');
