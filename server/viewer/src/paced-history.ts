/** How many changes of an address are written at once, and how long it takes until there is room for one more: 90 in ten seconds. */
const mostAtOnce = 30;
const roomMs = 170;

type Write = Parameters<History['replaceState']>;

/**
 * Paces the changes of the address. Browsers take some hundred in ten seconds: Chrome and Firefox ignore what is more, Safari
 * throws from 100 on. A key that is held and a wheel that zooms make more; of those the last is written as soon as there is
 * room, so that the address is always that of what is shown in the end.
 */
export function paceHistory(history: History, page: EventTarget): void {
  const { replaceState, pushState } = history;
  let room = mostAtOnce;
  let waiting: Write | undefined;
  let refilling: ReturnType<typeof setInterval> | undefined;

  const write = (...given: Write) => {
    room--;
    refilling ??= setInterval(refill, roomMs);
    replaceState.apply(history, given);
  };
  const writeWaiting = () => {
    if (waiting === undefined) return;
    const given = waiting;
    waiting = undefined;
    write(...given);
  };
  const refill = () => {
    room++;
    writeWaiting();
    if (room < mostAtOnce) return;
    clearInterval(refilling);
    refilling = undefined;
  };

  history.replaceState = (...given: Write) => {
    if (room > 0) write(...given);
    else waiting = given;
  };
  // The entry that is left gets what it still waits for; one that was left by Back no longer can.
  history.pushState = (...given: Write) => {
    writeWaiting();
    pushState.apply(history, given);
  };
  page.addEventListener('pagehide', writeWaiting);
  page.addEventListener('popstate', () => {
    waiting = undefined;
  });
}
