/** The built-in modules that the SDK uses where a runtime has them. */
interface Builtins {
  'node:async_hooks': typeof import('node:async_hooks');
  'node:crypto': typeof import('node:crypto');
  'node:events': typeof import('node:events');
  'node:fs': typeof import('node:fs');
  'node:http': typeof import('node:http');
  'node:https': typeof import('node:https');
  'node:os': typeof import('node:os');
  'node:worker_threads': typeof import('node:worker_threads');
  'node:zlib': typeof import('node:zlib');
}

/**
 * A built-in module of Node, Bun, Deno or a compatible runtime; undefined in a browser.
 *
 * `process.getBuiltinModule` rather than an import: it is synchronous, so that construction stays so, and no bundler
 * sees a `node:` specifier that it would have to resolve for a browser.
 */
export function nodeBuiltin<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined {
  try {
    return globalThis.process?.getBuiltinModule?.(name) as Builtins[Name] | undefined;
  } catch {
    return undefined;
  }
}
