import type { AnyFunction } from '../observe.ts';

/** Who a method runs on: the object itself where it was called on the overlay. */
type Receiver = (self: unknown) => unknown;

/** Makes what stands in the place of a member, of the member that is there. Asked once for each. */
export type Replacement = (member: never, receiver: Receiver) => unknown;

/**
 * The object with some members replaced, and otherwise itself: same class, same other members, each the same from one
 * access to the next. The object is not changed.
 *
 * @param hasPrivates Its methods use private fields, which are not to be had through a proxy: they run on the object.
 */
export function overlay<Target extends object>(
  target: Target,
  replacements: Readonly<Record<string, Replacement>>,
  hasPrivates = false,
): Target {
  const made = new WeakMap<object, unknown>();
  const proxy: Target = new Proxy(target, {
    get(_target, key) {
      const member: unknown = Reflect.get(target, key, target);
      const replacement = Object.hasOwn(replacements, key)
        ? replacements[key as string]
        : hasPrivates && typeof member === 'function' && key !== 'constructor' && forwarded;
      if (!replacement || Object(member) !== member || isFixed(target, key)) return member;
      const original = member as object;
      if (!made.has(original)) made.set(original, replacement(original as never, receiver));
      return made.get(original);
    },
    set: (_target, key, value) => Reflect.set(target, key, value, target),
  });
  const receiver: Receiver = (self) => (self === proxy ? target : self);
  return proxy;
}

/** A proxy must show such a member as it is. */
const isFixed = (target: object, key: PropertyKey): boolean => {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  return descriptor?.configurable === false && descriptor.writable === false;
};

/**
 * A method that looks the same, and whose calls are seen.
 *
 * @param call Makes the call, as `Reflect.apply` does.
 */
export const intercepted =
  (call: (method: AnyFunction, self: unknown, args: unknown[]) => unknown): Replacement =>
  (method: AnyFunction, receiver) =>
    new Proxy(method, { apply: (_method, self, args: unknown[]) => call(method, receiver(self), args) });

const forwarded = intercepted(Reflect.apply);
