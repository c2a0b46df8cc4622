import type { FastifyError, FastifyRequest } from 'fastify';
import { fastifyPlugin } from 'fastify-plugin';
import type { BodyLimits } from '../config.ts';
import { scanJson } from '../domain/scan-json.ts';
import type { BatchSource } from '../stores/store.ts';
import { decodeBody } from './decode-body.ts';
import { ProblemError } from './problem.ts';
import { type BodyTraits, type RecordFault, recordFault } from './record-fault.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a look at the text of the body told. */
    bodyTraits: BodyTraits;
    /** The body as it came, when it came compressed. */
    bodySource: Omit<BatchSource, 'isWhole'> | undefined;
    /** What keeps a record of this body from being kept whole. */
    faultOf(record: unknown): RecordFault | undefined;
  }
  interface FastifyContextConfig {
    /** An absent body counts as `{}`. @default false */
    isBodyOptional?: boolean;
    /** The route checks the records of its body one by one, with `request.faultOf`. @default false */
    isBatch?: boolean;
  }
}

const noBody: BodyTraits = { characters: 0, mayHoldHugeNumbers: false };

/**
 * Reads JSON bodies: unpacks them, checks them against the limits before anything is built of them, parses them.
 *
 * Fastify's own parser refuses a `__proto__` key. Here it is data: `JSON.parse` makes it an own member, and nothing
 * downstream copies a body member by member into an object literal.
 */
export const body = fastifyPlugin(
  async (app, limits: BodyLimits) => {
    app.decorateRequest('bodyTraits');
    app.decorateRequest('bodySource');
    app.decorateRequest('faultOf', function (record) {
      return recordFault(record, this.bodyTraits, limits);
    });

    const options = { parseAs: 'buffer', bodyLimit: limits.maxBodyBytes } as const;
    app.addContentTypeParser('application/json', options, async (request: FastifyRequest, bytes: Buffer) => {
      if (bytes.length === 0) return undefined;
      const encoding = request.headers['content-encoding'];
      const { content: text, compressed } = await decodeBody(bytes, encoding, limits);
      const { isTooDeep, mayHoldHugeNumbers } = scanJson(text, limits.maxJsonDepth);
      if (isTooDeep)
        throw new ProblemError(422, `The body is nested deeper than MAX_JSON_DEPTH (${limits.maxJsonDepth}).`);
      request.bodyTraits = { characters: text.length, mayHoldHugeNumbers };
      request.bodySource = sourceOf(compressed, encoding, text.length);
      return parse(text);
    });

    app.setErrorHandler((error: FastifyError, request, reply) => {
      // Fastify closes the connection with its answer to a refused body. A client that is still sending would then often
      // see a broken pipe in place of the answer. Left open, the rest is read and forgotten.
      reply.removeHeader('connection');
      request.raw.resume();
      // Fastify counts the bytes as they come in, and knows its own name for the limit only.
      if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
      return reply.problem(
        413,
        `The body is larger than MAX_BODY_BYTES (${limits.maxBodyBytes}). Send less in a request, or compress it.`,
      );
    });

    app.addHook('preValidation', async (request, reply) => {
      const { schema, config } = request.routeOptions;
      if (schema?.body === undefined) return;
      if (request.body === undefined) {
        if (!config.isBodyOptional) return reply.problem(400, 'The request has no body; this needs one of JSON.');
        request.body = {};
        request.bodyTraits = noBody;
      }
      const fault = config.isBatch ? undefined : request.faultOf(request.body);
      if (fault !== undefined) return reply.problem(fault.status, fault.detail);
    });
  },
  { name: 'body', dependencies: ['problem'] },
);

function sourceOf(
  body: Buffer | undefined,
  encoding: string | undefined,
  characters: number,
): FastifyRequest['bodySource'] {
  return body !== undefined && (encoding === 'zstd' || encoding === 'gzip')
    ? { encoding, body, characters }
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 says where, by position or by quoting the surroundings.
    throw new ProblemError(
      400,
      `The body is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`,
    );
  }
}
