type Steps = Record<string, () => Promise<unknown>>;
type Running<T extends Steps> = { readonly [Name in keyof T]: ReturnType<T[Name]> };

/**
 * Starts steps that follow each other, and gives the promise of each by its name: tests of what a step did await that one,
 * and two series run side by side. A step that fails fails those after it.
 */
export function inOrder<T extends Steps>(steps: T): Running<T> {
  let before: Promise<unknown> = Promise.resolve();
  const running = Object.entries(steps).map(([name, step]) => {
    const promise = before.then(step);
    before = promise;
    // Each failure is some test's to report; without one that awaits it, it must not end the process.
    promise.catch(() => {});
    return [name, promise];
  });
  return Object.fromEntries(running) as Running<T>;
}
