import type { ApiDocument } from './api-page.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A page that lists the calls of the API, for where there is no room for a whole explorer. */
export function callsPage(document: ApiDocument): string {
  const rows = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { summary = '' }]) =>
        `<tr><td><code>${method.toUpperCase()} ${escaped(path)}</code><td>${escaped(summary)}`,
    ),
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>LLM Tracer: the API</title>
<h1>LLM Tracer: the API</h1>
<p>Every call with its fields is in the <a href="openapi.json">OpenAPI document</a>.</p>
<table>
${rows.join('\n')}
</table>
</html>
`;
}
