export const dictionary = Buffer.from(
  '{"r":1099511627777,"f":{"name":"","start_time":"2026-","end_time":"2026-","span_type":"llm","model":"gpt-4o-mini","provider":"openai","tokens_input":,"tokens_output":',
  'utf8',
);
