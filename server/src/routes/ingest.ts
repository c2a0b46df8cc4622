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

      const check = (element: unknown) => request.faultOf(element);
      const traces = readTraces(envelope.traces, check);
      const spans = readSpans(envelope.spans, check);
      const scores = readScores(envelope.scores, check);
      const isWhole = [traces, spans, scores].every((part) => part.rejected.length === 0);
      const outcome = await store.ingest(request.project, {
        ...(request.bodySource === undefined ? {} : { source: { ...request.bodySource, isWhole } }),
        traces: traces.changes,
        spans: spans.changes,
        scores: scores.changes,
        ...droppedOf(envelope),
      });

      const retentionDays = config.retentionDaysOf(request.project);
      const rejected = [
        ...traces.rejected,
        ...traces.refused(outcome.traces, retentionDays),
        ...spans.rejected,
        ...spans.refused(outcome.spans, retentionDays),
        ...scores.rejected,
        ...scores.refused(outcome.scores, retentionDays),
      ];
      for (const [kind, elements] of [
        ['trace', envelope.traces],
        ['span', envelope.spans],
        ['score', envelope.scores],
      ] as const) {
        const refused = rejected.filter((element) => element.kind === kind).length;
        app.metrics.countElements(kind, lengthOf(elements) - refused, refused);
      }
      return { accepted: count - rejected.length, rejected };
    },
  );
};

const lengthOf = (elements: readonly unknown[] | null | undefined): number => elements?.length ?? 0;

/** Drop counts are cumulative for an instance of the SDK; of a sender without a name they could not be told apart. */
function droppedOf({ sdk, dropped }: IngestEnvelope): Pick<Batch, 'dropped'> {
  if (sdk?.instance == null || dropped == null) return {};
  // The schema's copy: it has passed over a __proto__ member, whatever that holds, where the body still has it.
  return { dropped: { instance: sdk.instance, counts: DroppedCounts.parse(dropped) } };
}
