/** Does work in slices of at most `limit`, until one is not full; says how much there was. Others get a turn between them. */
export async function inSlices(limit: number, slice: (limit: number) => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const done = await slice(limit);
    total += done;
    if (done < limit) return total;
  }
}
