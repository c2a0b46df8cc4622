import protobuf from 'protobufjs/light.js';
import { ExportRequest } from './schema.ts';

/** The body is not a message of the schema. */
export class UnreadableProtobuf extends Error {
  override readonly name = 'UnreadableProtobuf';
}

/** The body has more in it than a request may have. */
export class TooManyParts extends Error {
  override readonly name = 'TooManyParts';
}

// An empty message takes two bytes of a body and a hundred of memory, so a body within its limits could fill that. 8,000 spans
// with 30 attributes each, more than a collector sends at once, are half of this.
const mostParts = 2_000_000;

/**
 * An export request from its protobuf form, with the names that OTLP/JSON has: ids and bytes as `Uint8Array`, 64-bit
 * integers as objects of the library, unknown fields of a message under `$unknowns`. The library bounds nesting and lengths.
 *
 * @throws UnreadableProtobuf for what is no such message.
 * @throws TooManyParts for more messages and texts than a request may have.
 */
export function decodeProtobuf(body: Uint8Array): unknown {
  try {
    return ExportRequest.decode(boundedReader(body));
  } catch (error) {
    if (error instanceof TooManyParts) throw error;
    throw new UnreadableProtobuf(error instanceof Error ? error.message : 'it cannot be decoded');
  }
}

/** Counts what has a length: the library asks for it before it makes anything of it. */
function boundedReader(body: Uint8Array): protobuf.Reader {
  const reader = protobuf.Reader.create(body);
  reader.discardUnknown = false;
  const size = reader.size.bind(reader);
  let parts = 0;
  reader.size = () => {
    parts += 1;
    if (parts > mostParts) throw new TooManyParts(`it has more than ${mostParts} messages and texts`);
    return size();
  };
  return reader;
}
