import type { FastifySchemaCompiler } from 'fastify';
import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import * as z from 'zod/mini';
import { faultsOf, sentenceOf } from '../schema-errors.ts';
import { ProblemError } from './problem.ts';

/**
 * Checks params, queries and bodies with their zod schemas.
 *
 * Two things differ from the provider's own compiler. A body stays as it came: a schema's copy would lack its unknown
 * fields, which belong into metadata, and a `__proto__` key. And a query may have no unknown parameter: a misspelt
 * filter would otherwise answer with everything.
 */
export const validatorCompiler: FastifySchemaCompiler<z.core.$ZodType> = ({ schema, httpPart }) => {
  const checked =
    httpPart === 'querystring' && schema instanceof z.ZodMiniObject ? z.strictObject(schema.shape) : schema;
  return (data: unknown) => {
    const result = z.safeParse(checked, data);
    if (result.success) return { value: httpPart === 'body' ? data : result.data };
    const faults = faultsOf(result.error);
    return {
      error: new ProblemError(
        422,
        `The ${nameOf[httpPart ?? ''] ?? 'request'} is not valid: ${sentenceOf(faults)}`,
        faults,
      ),
    };
  };
};

const nameOf: Readonly<Record<string, string>> = { body: 'body', querystring: 'query', params: 'address' };

/**
 * Replies are written as they are. Reply schemas document, and the tests check every reply against them; doing so here
 * would cost more than the query, and would drop what a schema does not name out of payloads.
 */
export const serializerCompiler: FastifySerializerCompiler<unknown> = () => JSON.stringify;
