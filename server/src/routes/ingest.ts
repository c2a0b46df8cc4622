import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { DroppedCounts, IngestAnswer, IngestBody, IngestEnvelope } from 'llm-tracer/schema';
import type { AppContext } from '../context.ts';
import { validatorCompiler } from '../plugins/validation.ts';
import type { Batch } from '../stores/store.ts';
import { readScores, readSpans, readTraces } from './batch-part.ts';

export const ingestRoutes: FastifyPluginAsyncZod<AppContext> = async (app, { config, store }) => {
  const { maxBatchElements } = config.limits;
  app.post(
    '/api/ingest',
    {
      config: { isBatch: true },
      // Documented with its elements, checked without: each is checked alone, so that a bad one never costs its neighbours.
      validatorCompiler: (route) => validatorCompiler({ ...route, schema: IngestEnvelope }),
      schema: {
        summary: 'Store a batch of records, each an upsert of what is known so far',
        tags: ['writing'],
        body: IngestBody,
        response: { 200: IngestAnswer },
      },
    },
    async (request, reply) => {
      const envelope: IngestEnvelope = request.body;
      const count = lengthOf(envelope.traces) + lengthOf(envelope.spans) + lengthOf(envelope.scores);
      if (count > maxBatchElements)
        return reply.problem(
          413,
          `The batch has ${count} elements, more than MAX_BATCH_ELEMENTS (${maxBatchElements}). Send it in parts.`,
        );

      const { batch, ...parts } = readBatch(request, envelope);
      const { project } = request;
      // Not awaited here: until the store has its turn, nothing should hold what was parsed.
      request.body = {};
      return store.ingest(project, batch).then((outcome) => {
        const retentionDays = config.retentionDaysOf(project);
        const rejected = (['traces', 'spans', 'scores'] as const).flatMap((name) => {
          const refused = parts[name].rejected(outcome[name], retentionDays);
          app.metrics.countElements(parts[name].kind, parts[name].count - refused.length, refused.length);
          return refused;
        });
        return { accepted: count - rejected.length, rejected };
      });
    },
  );
};

/** A batch for the store, and of its parts what the answer needs. */
function readBatch(request: FastifyRequest, envelope: IngestEnvelope) {
  const check = (element: unknown) => request.faultOf(element);
  const traces = readTraces(envelope.traces, check);
  const spans = readSpans(envelope.spans, check);
  const scores = readScores(envelope.scores, check);
  const isWhole = [traces, spans, scores].every((part) => part.changes.length === part.checked.count);
  const batch: Batch = {
    ...(request.bodySource === undefined ? {} : { source: { ...request.bodySource, isWhole } }),
    traces: traces.changes,
    spans: spans.changes,
    scores: scores.changes,
    ...droppedOf(envelope),
  };
  return { batch, traces: traces.checked, spans: spans.checked, scores: scores.checked };
}

const lengthOf = (elements: readonly unknown[] | null | undefined): number => elements?.length ?? 0;

/** Drop counts are cumulative for an instance of the SDK; of a sender without a name they could not be told apart. */
function droppedOf({ sdk, dropped }: IngestEnvelope): Pick<Batch, 'dropped'> {
  if (sdk?.instance == null || dropped == null) return {};
  // The schema's copy: it has passed over a __proto__ member, whatever that holds, where the body still has it.
  return { dropped: { instance: sdk.instance, counts: DroppedCounts.parse(dropped) } };
}
