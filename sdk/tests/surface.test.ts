import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as main from '../src/index.ts';
import * as aiSdk from '../src/integrations/ai-sdk.ts';
import * as anthropic from '../src/integrations/anthropic.ts';
import * as langchain from '../src/integrations/langchain.ts';
import * as openai from '../src/integrations/openai.ts';
import * as lambda from '../src/lambda.ts';
import * as redact from '../src/redact.ts';
import * as testing from '../src/testing.ts';
import { version } from '../src/version.ts';

test('each entry exports what is listed here, and nothing else', () => {
  expect(Object.keys(main).sort()).toEqual(['Tracer', 'TracerError', 'tracerErrorCodes']);
  expect(Object.keys(aiSdk).sort()).toEqual(['aiSdkTelemetry', 'aiSdkTracer']);
  expect(Object.keys(langchain)).toEqual(['langchainHandler']);
  expect(Object.keys(anthropic)).toEqual(['wrapAnthropic']);
  expect(Object.keys(openai)).toEqual(['wrapOpenAI']);
  expect(Object.keys(lambda)).toEqual(['withLambda']);
  expect(Object.keys(redact).sort()).toEqual(['chain', 'redact']);
  expect(Object.keys(testing).sort()).toEqual(['MemoryTransport', 'fixedClock', 'fixedIds', 'testTracer']);
});

test('the version is that of the package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

  expect(version).toBe(manifest.version);
});

test('the published exports are those of the workspace without the source condition', () => {
  const { exports, publishConfig } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    exports: Record<string, string | Record<string, unknown>>;
    publishConfig: { exports: unknown };
  };
  const published = Object.entries(exports).map(([entry, target]) => {
    if (typeof target === 'string') return [entry, target];
    const { '@llm-tracer/source': _, ...rest } = target;
    return [entry, rest];
  });

  expect(publishConfig.exports).toEqual(Object.fromEntries(published));
});
