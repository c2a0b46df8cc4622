import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { MeAnswer, wireVersion } from 'llm-tracer/schema';
import type { AppContext } from '../context.ts';
import { serverVersion } from '../version.ts';

export const meRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { config }) => {
  const { limits, retentionDaysOf, rateLimit } = config;
  app.get(
    '/api/me',
    {
      config: { access: 'any' },
      schema: { summary: 'What this key is, and the limits in force', tags: ['service'], response: { 200: MeAnswer } },
    },
    async (request) => ({
      project_id: request.project,
      scopes: [...request.scopes],
      server_version: serverVersion,
      wire_version: wireVersion,
      limits: {
        max_body_bytes: limits.maxBodyBytes,
        max_decompressed_bytes: limits.maxDecompressedBytes,
        max_batch_elements: limits.maxBatchElements,
        max_payload_bytes: limits.maxPayloadBytes,
        max_json_depth: limits.maxJsonDepth,
        retention_days: retentionDaysOf(request.project),
        ...(rateLimit === undefined ? {} : { requests_per_minute: rateLimit }),
      },
    }),
  );
};
