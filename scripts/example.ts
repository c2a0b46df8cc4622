// `pnpm example <name>`: runs one example program against the server that the environment or `.env` names.
import { exampleNames, findExample, runExample } from './examples.ts';
import { isLocal, localKey, localUrl } from './local-server.ts';
import { openModelProvider } from './model-provider.ts';
import { loadEnvironmentFile } from './workspace.ts';

const [wanted] = process.argv.slice(2);
const name = wanted === undefined ? undefined : findExample(wanted);

if (name === undefined) {
  if (wanted !== undefined) console.error(`There is no example ${wanted}.\n`);
  console.log(`pnpm example <name>, where name is one of\n${exampleNames().join('\n')}`);
  process.exitCode = wanted === undefined ? 0 : 1;
} else {
  loadEnvironmentFile();
  // Without any configuration an example finds the server that `pnpm start` runs.
  const url = process.env['TRACER_URL'] || localUrl(process.env);
  const key = process.env['TRACER_API_KEY'] || process.env['API_KEY'] || (isLocal(url) ? localKey : '');

  const provider = await openModelProvider(process.env);
  console.log(`${name}: traces go to ${url}, model calls to ${provider.description}\n`);
  const environment = { ...process.env, ...provider.environment, TRACER_URL: url, TRACER_API_KEY: key };
  process.exitCode = await runExample(name, environment);
  await provider.close();
}
