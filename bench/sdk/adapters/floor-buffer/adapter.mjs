import { makeFloor } from '../../lib/floor.mjs';

export const { init, runTrace, flush, shutdown } = makeFloor({ transport: 'buffer' });
