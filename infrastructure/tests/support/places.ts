import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../..', import.meta.url));

export const infrastructure = fileURLToPath(new URL('../..', import.meta.url));

export const emulatorFolder = fileURLToPath(new URL('../emulator', import.meta.url));
