/** Aborts when somebody wants this process to end: Ctrl-C, a supervisor, a closed terminal. Whoever asks must then end it. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
