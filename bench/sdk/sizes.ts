import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { adapterFolder, folder, ours } from './install.ts';

/** The smallest useful program of each tracer: set it up, make one span, flush. */
const programs: Readonly<Record<string, string>> = {
  [ours]: `
    import { Tracer } from 'llm-tracer';
    const tracer = new Tracer();
    tracer.span('a', () => 1);
    await tracer.flush();`,
  'otel2-json': `
    import { NodeTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
    import { trace } from '@opentelemetry/api';
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
    const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
    provider.register();
    trace.getTracer('x').startActiveSpan('a', (span) => span.end());
    await provider.forceFlush();`,
  'otel-json': `
    import { TracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace';
    import { trace, context } from '@opentelemetry/api';
    import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const exporter = new OTLPTraceExporter();
    const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
    trace.setGlobalTracerProvider(provider);
    trace.getTracer('x').startActiveSpan('a', (span) => span.end());
    await provider.forceFlush();`,
  langfuse: `
    import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
    import { LangfuseSpanProcessor } from '@langfuse/otel';
    import { startActiveObservation } from '@langfuse/tracing';
    const processor = new LangfuseSpanProcessor();
    new NodeTracerProvider({ spanProcessors: [processor] }).register();
    await startActiveObservation('a', async (span) => { span.update({ output: 1 }); });
    await processor.forceFlush();`,
  langsmith: `
    import { Client } from 'langsmith';
    import { traceable } from 'langsmith/traceable';
    const client = new Client();
    await traceable(async () => 1, { name: 'a', client })();
    await client.flush();`,
};

/** Where the program for Node has parts that a browser cannot have: the same without them. */
const browserPrograms: Readonly<Record<string, string>> = {
  'otel2-json': `
    import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
    import { trace } from '@opentelemetry/api';
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
    trace.setGlobalTracerProvider(provider);
    trace.getTracer('x').startActiveSpan('a', (span) => span.end());
    await provider.forceFlush();`,
  'otel-json': `
    import { TracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace';
    import { trace } from '@opentelemetry/api';
    import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
    const exporter = new OTLPTraceExporter();
    const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
    trace.setGlobalTracerProvider(provider);
    trace.getTracer('x').startActiveSpan('a', (span) => span.end());
    await provider.forceFlush();`,
  langfuse: `
    import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
    import { trace } from '@opentelemetry/api';
    import { LangfuseSpanProcessor } from '@langfuse/otel';
    import { startActiveObservation } from '@langfuse/tracing';
    const processor = new LangfuseSpanProcessor({});
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
    await startActiveObservation('a', async (span) => { span.update({ output: 1 }); });
    await processor.forceFlush();`,
};

export interface Sizes {
  readonly tracer: string;
  /** Kilobytes of the minified bundle after gzip; undefined where it does not bundle. */
  readonly nodeKb: number | undefined;
  readonly browserKb: number | undefined;
  readonly installedMb: number;
  readonly packages: number;
  readonly files: number;
}

export async function measureSizes(tracers: readonly string[]): Promise<Sizes[]> {
  const sizes: Sizes[] = [];
  for (const tracer of tracers) {
    const program = programs[tracer];
    if (program === undefined) continue;
    const nodeKb = await bundledKb(tracer, program, 'node');
    const browserKb = await bundledKb(tracer, browserPrograms[tracer] ?? program, 'browser');
    sizes.push({ tracer, nodeKb, browserKb, ...installed(join(adapterFolder(tracer), 'node_modules')) });
  }
  return sizes;
}

/** What the bench uses of esbuild, which is installed on demand and so has no types here. */
interface Esbuild {
  build(options: object): Promise<{ outputFiles: [{ contents: Uint8Array }] }>;
}

async function bundledKb(tracer: string, program: string, platform: 'node' | 'browser'): Promise<number | undefined> {
  const esbuild = createRequire(join(folder, 'package.json'))('esbuild') as Esbuild;
  try {
    const { outputFiles } = await esbuild.build({
      stdin: { contents: program, resolveDir: adapterFolder(tracer), loader: 'js' },
      bundle: true,
      minify: true,
      format: 'esm',
      platform,
      target: 'es2022',
      external: platform === 'node' ? ['*.node'] : [],
      write: false,
      logLevel: 'silent',
    });
    return gzipSync(outputFiles[0].contents, { level: 9 }).length / 1024;
  } catch {
    return undefined;
  }
}

function installed(modules: string): Pick<Sizes, 'installedMb' | 'packages' | 'files'> {
  let bytes = 0;
  let files = 0;
  let packages = 0;
  const walk = (parent: string, isModules: boolean): void => {
    for (const entry of readdirSync(parent, { withFileTypes: true })) {
      const path = join(parent, entry.name);
      if (entry.isFile()) {
        bytes += lstatSync(path).size;
        files += 1;
      }
      if (!entry.isDirectory()) continue;
      const isScope = isModules && entry.name.startsWith('@');
      if (isModules && existsSync(join(path, 'package.json'))) packages += 1;
      walk(path, isScope || entry.name === 'node_modules');
    }
  };
  if (existsSync(modules)) walk(modules, true);
  return { installedMb: bytes / 1e6, packages, files };
}
