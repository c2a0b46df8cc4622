// What flush.ts does, as a program in CommonJS.
const { Tracer } = require('llm-tracer');
const { input, record } = require('./work.ts');

const tracer = new Tracer(input.options);
record(tracer, input.traces)
  .then(() => tracer.flush(60_000))
  .then((report: unknown) => console.log(JSON.stringify(report)));
