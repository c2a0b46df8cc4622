import type { Dialect } from './dialect.ts';
import { aiSdk } from './dialects/ai-sdk.ts';
import { genai } from './dialects/genai.ts';
import { laminar } from './dialects/laminar.ts';
import { langfuse } from './dialects/langfuse.ts';
import { langsmith } from './dialects/langsmith.ts';
import { openinference } from './dialects/openinference.ts';
import { openllmetry } from './dialects/openllmetry.ts';
import { plain } from './dialects/plain.ts';

/**
 * All dialects, the most particular first: where a span speaks several (most speak GenAI too), each finding comes from the
 * first that tells it. What an application says of itself goes before what an instrumentation says of a call.
 */
export const dialects: readonly Dialect[] = [
  langfuse,
  openinference,
  langsmith,
  laminar,
  aiSdk,
  openllmetry,
  genai,
  plain,
];
