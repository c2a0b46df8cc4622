/** Stands in for `node:crypto`. Nothing that an opened file is read by hashes; what does is imported with it, and not called. */
export function createHash(): never {
  throw new Error('There is no hashing in an opened file.');
}
