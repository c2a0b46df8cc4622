import * as z from 'zod/mini';
import { Time } from './time.ts';

/** The version of this contract. A server accepts every older client. */
export const wireVersion = 1;

/** What a key may do: `ingest` writes only, `read` reads only, `admin` does all, deletion included. */
export const Scope = z.enum(['ingest', 'read', 'admin']);
export type Scope = z.infer<typeof Scope>;

/** Answer of `GET /health`. */
export const HealthAnswer = z.object({
  status: z.literal('healthy'),
  service: z.string(),
  version: z.string(),
  wire_version: z.int(),
  storage: z.string(),
  timestamp: Time,
  /** How search stands, where it is on: an index follows what is stored a little later. */
  search: z.optional(
    z.object({
      depth: z.enum(['names', 'heads', 'full']),
      /** Whether it finds all that is stored. */
      is_complete: z.boolean(),
      /** The age of the oldest write that it does not find yet. */
      lag_ms: z.number(),
    }),
  ),
});
export type HealthAnswer = z.infer<typeof HealthAnswer>;

/** The limits in force, as `GET /api/me` tells them. */
export const Limits = z.object({
  max_body_bytes: z.int(),
  max_decompressed_bytes: z.int(),
  max_batch_elements: z.int(),
  max_payload_bytes: z.int(),
  max_json_depth: z.int(),
  retention_days: z.int(),
  /** Requests a minute with one key; absent where there is no limit. */
  requests_per_minute: z.optional(z.int()),
});
export type Limits = z.infer<typeof Limits>;

/** Answer of `GET /api/me`: what this key is. */
export const MeAnswer = z.object({
  project_id: z.string(),
  scopes: z.array(Scope),
  server_version: z.string(),
  wire_version: z.int(),
  limits: Limits,
});
export type MeAnswer = z.infer<typeof MeAnswer>;

/** An error as RFC 9457 has it. `errors` names each field of a schema error. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z.optional(z.array(z.object({ path: z.string(), message: z.string() }))),
});
export type Problem = z.infer<typeof Problem>;
