/** Does work a slice at a time, until one finds nothing to do; says how much there was. Others get a turn between them. */
export async function untilDone(slice: () => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const done = await slice();
    if (done === 0) return total;
    total += done;
  }
}
