import type { Metrics } from './metrics.ts';
import type { Store } from './stores/store.ts';

/** The same store, each of whose calls is timed. */
export const measuredStore = (store: Store, metrics: Metrics): Store =>
  new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const end = metrics.beginStoreCall(String(name));
        const result: unknown = Reflect.apply(member, target, given);
        if (result instanceof Promise) return result.finally(end);
        end();
        return result;
      };
    },
  });
