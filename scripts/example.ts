// `pnpm example <name>`: runs one example program against the server that the environment or `.env` names.
import { exampleNames, findExample, runExample } from './examples.ts';
import { openModelProvider } from './model-provider.ts';
import { localKey, localUrl } from './server-process.ts';
import { loadEnvironmentFile } from './workspace.ts';

const [wanted] = process.argv.slice(2);
const name = wanted === undefined ? undefined : findExample(wanted);

if (name === undefined) {
  if (wanted !== undefined) console.error(`There is no example ${wanted}.\n`);
  console.log(
    `pnpm example <name>, where name is one of:\n${exampleNames()
      .map((each) => `  ${each}`)
      .join('\n')}`,
  );
  process.exitCode = wanted === undefined ? 0 : 1;
} else {
  loadEnvironmentFile();
  const environment = { ...process.env };
  // Without any configuration an example finds the server that `pnpm start` runs.
  environment['TRACER_URL'] ||= localUrl;
  if (environment['TRACER_URL'] === localUrl && !environment['API_KEY']) environment['TRACER_API_KEY'] ||= localKey;

  const provider = await openModelProvider(environment);
  console.log(`${name}: traces go to ${environment['TRACER_URL']}, model calls to ${provider.description}\n`);
  process.exitCode = await runExample(name, { ...environment, ...provider.environment });
  await provider.close();
}
