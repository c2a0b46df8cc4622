const asExpected: ReadonlySet<string> = new Set([
  ...['stop', 'end_turn', 'stop_sequence', 'completed', 'eos', 'tool_calls', 'tool_use', 'function_call'],
]);

const limit = 'Stopped at the token limit';
const filter = 'Stopped by the content filter';
const known: Readonly<Record<string, string>> = {
  length: limit,
  max_tokens: limit,
  max_output_tokens: limit,
  model_context_window_exceeded: 'Stopped at the end of the context window',
  content_filter: filter,
  safety: filter,
  recitation: filter,
  blocklist: filter,
  prohibited_content: filter,
  spii: filter,
  refusal: 'Stopped by a refusal',
  pause_turn: 'Paused by the provider, to be continued',
  error: 'Stopped by an error',
};

/** What to say of how a model call ended; undefined where it ended as it should. */
export function finishText(reason: string | undefined): string | undefined {
  if (reason === undefined || reason === '') return undefined;
  const name = reason.toLowerCase().replaceAll(/[\s-]/g, '_');
  return asExpected.has(name) ? undefined : (known[name] ?? `Stopped: ${reason}`);
}
