import protobuf from 'protobufjs/light.js';
import { ExportRequest } from './schema.ts';

/** The body is not a message of the schema. */
export class UnreadableProtobuf extends Error {
  override readonly name = 'UnreadableProtobuf';
}

/**
 * An export request from its protobuf form, with the names that OTLP/JSON has: ids and bytes as `Uint8Array`, 64-bit
 * integers as objects of the library, unknown fields of a message under `$unknowns`. The library bounds nesting and lengths.
 *
 * @throws UnreadableProtobuf for what is no such message.
 */
export function decodeProtobuf(body: Uint8Array): unknown {
  try {
    const reader = protobuf.Reader.create(body);
    reader.discardUnknown = false;
    return ExportRequest.decode(reader);
  } catch (error) {
    throw new UnreadableProtobuf(error instanceof Error ? error.message : 'it cannot be decoded');
  }
}
