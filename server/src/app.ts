import { randomUUID } from 'node:crypto';
import { fastifyCors } from '@fastify/cors';
import {
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyServerOptions,
  fastify,
  LogController,
} from 'fastify';
import type { AppContext } from './context.ts';
import { measuredStore } from './measured-store.ts';
import { Metrics } from './metrics.ts';
import { auth } from './plugins/auth.ts';
import { body } from './plugins/body.ts';
import { drain } from './plugins/drain.ts';
import { measuring } from './plugins/measuring.ts';
import { openapi } from './plugins/openapi.ts';
import { overload } from './plugins/overload.ts';
import { answerClientError, answerError, problem } from './plugins/problem.ts';
import { rateLimit } from './plugins/rate-limit.ts';
import { requestId } from './plugins/request-id.ts';
import { serializerCompiler, validatorCompiler } from './plugins/validation.ts';
import { exportRoutes } from './routes/export.ts';
import { healthRoutes } from './routes/health.ts';
import { homeRoutes } from './routes/home.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { liveRoutes } from './routes/live.ts';
import { meRoutes } from './routes/me.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { otlpRoutes } from './routes/otlp.ts';
import { scoreRoutes } from './routes/scores.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { spanRoutes } from './routes/spans.ts';
import { statsRoutes } from './routes/stats.ts';
import { traceRoutes } from './routes/traces.ts';
import { userRoutes } from './routes/users.ts';
import { viewerRoutes } from './routes/viewer.ts';
import { useReadableMessages } from './schema-errors.ts';

export interface AppOptions extends AppContext {
  /** What documents the API. @default `/openapi.json` made from the routes' schemas, and a page for it at `/docs` */
  readonly documentation?: FastifyPluginAsync;
  /** Whether `/api/live` is there: it takes a process that goes on while nothing is asked of it. @default true */
  readonly hasLiveStream?: boolean;
  /** Where to log to. @default nowhere */
  readonly logger?: FastifyServerOptions['logger'];
  /** The folder of the built viewer. @default none: a plain page in its place */
  readonly viewerFolder?: string | undefined;
}

/** The whole server, not listening yet: `inject` requests, `listen`, or wrap it for a platform. It does not close the store. */
export function buildApp({
  logger = false,
  documentation = openapi,
  hasLiveStream = true,
  viewerFolder,
  ...given
}: AppOptions): FastifyInstance {
  const { config, clock } = given;
  const metrics = new Metrics();
  const context: AppContext = { config, clock, store: measuredStore(given.store, metrics) };
  useReadableMessages();
  const app = fastify({
    logger,
    logController: new LogController({ disableRequestLogging: !['trace', 'debug'].includes(config.logLevel) }),
    genReqId: () => randomUUID(),
    // Given here, Fastify does not load its own: a fifth of what a start takes.
    schemaController: {
      compilersFactory: {
        // Their types are those of Fastify's own compilers, of JSON schemas.
        buildValidator: () => validatorCompiler as never,
        buildSerializer: () => serializerCompiler as never,
      },
    },
    bodyLimit: config.limits.maxBodyBytes,
    // The time to receive a whole request: 16 MB at 1 Mbit/s.
    requestTimeout: 130_000,
    // Longer than the 60 s after which load balancers commonly let go, so that it is they who close.
    keepAliveTimeout: 72_000,
    // Requests that come while the server closes were accepted, so they are answered, and their connection closed.
    return503OnClosing: false,
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
    routerOptions: {
      // TRACER_URL may end in a slash.
      ignoreDuplicateSlashes: true,
      // Room for an id that is too long to come to its schema, which says so.
      maxParamLength: 1_000,
    },
  });
  app.removeAllContentTypeParsers();

  app.register(problem);
  app.register(requestId);
  app.register(measuring, { metrics });
  app.register(drain, { deadlineMs: 10_000 });
  if (config.corsOrigins.length > 0) app.register(fastifyCors, corsOptions(config.corsOrigins));
  app.register(documentation);
  if (viewerFolder === undefined) app.register(homeRoutes);
  else app.register(viewerRoutes, { folder: viewerFolder });
  app.register(healthRoutes, context);
  app.register(metricsRoutes, context);
  app.register(async (api) => {
    api.register(auth, { keys: config.keys, openProject: config.openProject });
    api.register(rateLimit, { rateLimit: config.rateLimit, clock });
    api.register(overload, config.limits);
    api.register(body, config.limits);
    for (const routes of [
      ingestRoutes,
      otlpRoutes,
      traceRoutes,
      spanRoutes,
      scoreRoutes,
      sessionRoutes,
      userRoutes,
      statsRoutes,
      meRoutes,
      exportRoutes,
      ...(hasLiveStream ? [liveRoutes] : []),
    ])
      api.register(routes, context);
  });
  return app;
}

const corsOptions = (origins: readonly string[]) => ({
  origin: origins.includes('*') ? '*' : [...origins],
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowedHeaders: ['X-API-Key', 'Authorization', 'Content-Type', 'Content-Encoding', 'Last-Event-ID'],
  exposedHeaders: ['Retry-After', 'X-Request-Id'],
  maxAge: 86_400,
  // An OPTIONS request that is no preflight is answered 204 too, instead of with a 400 that is not ours.
  strictPreflight: false,
});
