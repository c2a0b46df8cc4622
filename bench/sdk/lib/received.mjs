// What the sink makes of the bodies it has kept.
import zlib from 'node:zlib';

const decoders = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
  zstd: zlib.zstdDecompressSync,
};

export const inflate = ({ body, encoding }) => decoders[encoding]?.(body) ?? body;

/**
 * An operation is delivered when both of its markers have come. `resent`: markers that came in more than one request.
 * `duplicates`: operations that our server would store twice, because they came again under another id (it merges what
 * comes again under the same); undefined for bodies of others.
 */
export function deliveryOf(bodies) {
  const started = new Set();
  const ended = new Map();
  const ids = new Map();
  const encodings = {};
  let decodedBytes = 0;
  let undecodable = 0;
  for (const kept of bodies) {
    encodings[kept.encoding] = (encodings[kept.encoding] ?? 0) + 1;
    let decoded;
    try {
      decoded = inflate(kept);
    } catch {
      undecodable += 1;
      continue;
    }
    decodedBytes += decoded.length;
    const text = decoded.latin1Slice(0, decoded.length);
    for (const [, operation] of text.matchAll(/~S(\d+)~/g)) started.add(operation);
    for (const operation of new Set(text.match(/~E\d+~/g)?.map((marker) => marker.slice(2, -1))))
      ended.set(operation, (ended.get(operation) ?? 0) + 1);
    if (kept.path === '/api/ingest') collectIds(JSON.parse(decoded.toString()), ids);
  }

  const delivered = [...ended.keys()].filter((operation) => started.has(operation)).length;
  const resent = [...ended.values()].reduce((sum, count) => sum + count - 1, 0);
  const duplicates = [...ids.values()].reduce((sum, { size }) => sum + size - 1, 0);
  return {
    delivered,
    started: started.size,
    resent,
    ...(ids.size > 0 ? { duplicates } : {}),
    decodedBytes,
    undecodable,
    encodings,
  };
}

function collectIds({ traces = [], spans = [] }, ids) {
  for (const record of [...traces, ...spans]) {
    const operation = JSON.stringify(record.output ?? record.output_data)?.match(/~E(\d+)~/)?.[1];
    if (operation === undefined) continue;
    if (!ids.has(operation)) ids.set(operation, new Set());
    ids.get(operation).add(record.span_id ?? record.trace_id);
  }
}
