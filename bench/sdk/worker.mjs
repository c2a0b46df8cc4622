// Runs one tracer in one scenario in this process, and prints one line: @@{json}
//   node worker.mjs <tracer> <scenario> <sink's url> [options as JSON]
const [tracer, scenario, url, options] = process.argv.slice(2);

const rejections = {};
process.on('unhandledRejection', (error) => {
  const message = String(error?.message ?? error).slice(0, 80);
  rejections[message] = (rejections[message] ?? 0) + 1;
});

const adapter = await import(`./adapters/${tracer}/adapter.mjs`);
const { run } = await import(`./workers/${scenario}.mjs`);
const result = await run({ adapter, url, options: JSON.parse(options ?? '{}') });
if (result !== undefined) {
  process.stdout.write(`@@${JSON.stringify({ ...result, rejections })}\n`);
  // What a tracer leaves running (timers, sockets) is not what was measured.
  process.exit(0);
}
