import { ExportResponse, RpcStatus } from './schema.ts';

/** How a body is encoded, and so its answer. */
export type Encoding = 'json' | 'protobuf';

export const contentTypes: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** The answer to an export: nothing where everything was taken, else how many spans were not, and why. */
export function exportAnswer(encoding: Encoding, rejectedSpans: number, errorMessage: string): Uint8Array {
  const answer = rejectedSpans === 0 ? {} : { partialSuccess: { rejectedSpans, errorMessage } };
  if (encoding === 'protobuf') return ExportResponse.encode(answer).finish();
  // 64-bit integers are text in OTLP/JSON.
  return json(rejectedSpans === 0 ? {} : { partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } });
}

// gRPC's codes by what HTTP says; what is not here is the client's mistake (INVALID_ARGUMENT) or ours (INTERNAL).
const rpcCodes: Readonly<Record<number, number>> = { 401: 16, 403: 7, 404: 5, 413: 8, 429: 8, 503: 14 };

/** The body of an error: OTLP has a `google.rpc.Status`, in the encoding of the request. */
export function errorAnswer(encoding: Encoding, status: number, message: string): Uint8Array {
  const body = { code: rpcCodes[status] ?? (status < 500 ? 3 : 13), message };
  return encoding === 'protobuf' ? RpcStatus.encode(body).finish() : json(body);
}

/** As bytes: to a text Fastify would add a charset, which the type of the request has not. */
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
