import { TracerError } from '../errors.ts';
import type { Tracer } from '../index.ts';
import { intercepted, overlay, type Replacement } from './client-overlay.ts';
import { type Call, recordCall } from './record-call.ts';

type Replacements = Readonly<Record<string, Replacement>>;

/** Clients that are wrapped already, with their tracer: wrapping twice would record each call twice. */
const wrapped = new WeakMap<object, Tracer>();

/**
 * A client of OpenAI or Anthropic (they are built alike) with members that are recorded.
 *
 * @param membersOf The members, given a function that makes a resource of the client out of its own members. Helpers of a
 * resource work through the client and the resource's `create`, and so are recorded as well.
 * @param wrap Wraps a client that is made from this one by `withOptions`.
 */
export function wrapClient<Client extends object>(
  client: Client,
  tracer: Tracer,
  wrap: (other: Client) => Client,
  membersOf: (resource: (members: Replacements) => Replacement) => Replacements,
): Client {
  if (!tracer.enabled || wrapped.get(client) === tracer) return client;
  const members = membersOf((own) => {
    const all: Replacements = { ...own, _client: () => proxy };
    return (resource: object) => overlay(resource, all);
  });
  const withOptions = intercepted((method, self, args) => wrap(Reflect.apply(method, self, args) as Client));
  const proxy: Client = overlay<Client>(client, { ...members, withOptions }, true);
  wrapped.set(proxy, tracer);
  return proxy;
}

/** Refuses what is not a client of the kind that a wrapper is for. */
export function requireMethod(method: unknown, wrapper: string, name: string): void {
  if (typeof method === 'function') return;
  throw new TracerError('unsupported_client', `${wrapper} was given something that has no ${name}.`);
}

/** A method whose calls are recorded. */
export const recorded = (tracer: Tracer, callOf: (args: readonly unknown[]) => Call): Replacement =>
  intercepted((method, self, args) => {
    let call: Call;
    try {
      call = callOf(args);
    } catch {
      // Arguments that cannot be read are the client's to refuse.
      return Reflect.apply(method, self, args);
    }
    return recordCall(tracer, call, () => Reflect.apply(method, self, call.args ?? args));
  });
