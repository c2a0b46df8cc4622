import type { Page } from 'playwright-core';

/** What a page made and has to let go of by itself. */
export interface Alive {
  readonly workers: number;
  readonly blobUrls: number;
  /** How many there ever were, so that a test can tell "gone" from "never made". */
  readonly workersMade: number;
  readonly blobUrlsMade: number;
}

/** Counts, run before anything else in a page, what {@link aliveIn} tells. */
export const countAlive = `{
  const workers = new Set();
  const urls = new Set();
  let workersMade = 0;
  let urlsMade = 0;
  const Native = globalThis.Worker;
  globalThis.Worker = class extends Native {
    constructor(...given) {
      super(...given);
      workersMade++;
      workers.add(this);
    }
    terminate() {
      workers.delete(this);
      super.terminate();
    }
  };
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL.call(URL, object);
    urlsMade++;
    urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    urls.delete(url);
    revokeObjectURL.call(URL, url);
  };
  globalThis.alive_ = () => ({ workers: workers.size, blobUrls: urls.size, workersMade, blobUrlsMade: urlsMade });
}`;

/** What a page that was opened with {@link countAlive} has not let go of. */
export const aliveIn = (page: Page): Promise<Alive> => page.evaluate('globalThis.alive_()');
