/** A call whose end may be that nobody keeps what it gave. */
export interface Abandonable {
  abandoned(): void;
}

// A promise or stream that is given up without a word is collected at some time, and its call then ended.
const collected =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<Abandonable>((call) => call.abandoned());

// Nearly every promise is awaited at once. A cell of the registry costs more than all else that watching a call takes (it
// lives in the old generation, and what it names with it until a full collection), so only promises that wait longer
// get one.
const graceMs = 1000;

const unasked = new Map<Abandonable, object>();
let timer: unknown;

/** Tells the call when the stream or promise is collected, unless it is {@link asked}. */
export const whenCollected = (target: object, call: Abandonable): void => collected?.register(target, call, call);

/** The same for a promise that is most likely awaited at once. */
export function whenForgotten(promise: object, call: Abandonable): void {
  unasked.set(call, promise);
  if (timer !== undefined) return;
  try {
    timer = setTimeout(register, graceMs);
    (timer as { unref?: () => void }).unref?.();
  } catch {
    // Outside of a request, edge runtimes have no timers.
    register();
  }
}

/** Somebody has asked for what the call gives, or it is over. */
export function asked(call: Abandonable): void {
  if (!unasked.delete(call)) collected?.unregister(call);
}

function register(): void {
  timer = undefined;
  for (const [call, promise] of unasked) whenCollected(promise, call);
  unasked.clear();
}
