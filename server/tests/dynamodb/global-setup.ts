import type { TestProject } from 'vitest/node';
import { startDynamodbLocal, startObjectStore } from './emulators.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly dynamodbEndpoint: string;
    readonly s3Endpoint: string;
  }
}

/** Starts what stands in for AWS, once for all files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const emulators = await Promise.all([startDynamodbLocal(), startObjectStore()]);
  project.provide('dynamodbEndpoint', emulators[0].endpoint);
  project.provide('s3Endpoint', emulators[1].endpoint);
  return async () => {
    await Promise.all(emulators.map((emulator) => emulator.stop()));
  };
}
