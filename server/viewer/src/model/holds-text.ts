/** Whether any text or number in a value holds the words. An explicit stack: payloads may be deep. */
export function holds(value: unknown, wanted: string): boolean {
  const stack = [value];
  while (stack.length > 0) {
    const next = stack.pop();
    if (typeof next === 'string') {
      if (next.toLowerCase().includes(wanted)) return true;
    } else if (typeof next === 'number' || typeof next === 'boolean') {
      if (String(next).includes(wanted)) return true;
    } else if (next !== null && typeof next === 'object') {
      for (const [name, inner] of Object.entries(next)) {
        if (!Array.isArray(next) && name.toLowerCase().includes(wanted)) return true;
        stack.push(inner);
      }
    }
  }
  return false;
}
