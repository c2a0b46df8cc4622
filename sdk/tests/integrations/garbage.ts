import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects what is no longer reachable, now. Finalizers run in a later turn. */
export const collectGarbage = runInNewContext('gc') as () => void;
