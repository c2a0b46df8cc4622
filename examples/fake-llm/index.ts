// For TypeScript importers: the linter takes the types beside `fake-llm.mjs` for the module itself, so that importing it
// directly needs this exception each time.
// biome-ignore lint/correctness/useImportExtensions: it proposes `fake-llm.mjs.mts`, which does not exist
export { type FakeLlm, type FakeLlmOptions, type FakeLlmRequest, startFakeLlm } from './fake-llm.mjs';
