/** What a look at a JSON text tells before it is parsed. */
export interface JsonScan {
  /** Whether arrays and objects are nested deeper than allowed. */
  readonly isTooDeep: boolean;
  /** Whether some number may lie beyond a double: it has an exponent, or hundreds of digits. */
  readonly mayHoldHugeNumbers: boolean;
}

// The greatest double has 309 digits. A token of this length without an exponent may still be in range: this only
// decides whether values are looked at once more.
const manyDigits = 300;

/**
 * Scans a JSON text without parsing it: of ten million opening brackets, `JSON.parse` would build ten million arrays.
 *
 * Valid JSON is assumed. Of anything else it may tell nonsense, which does no harm, since parsing then fails.
 * Strings are jumped over by `indexOf`, so that payloads, which are mostly text, cost next to nothing.
 */
export function scanJson(text: string, maxDepth: number): JsonScan {
  let depth = 0;
  let mayHoldHugeNumbers = false;
  let tokenStart = 0;
  for (let i = 0; i < text.length; i += 1) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        i = endOfString(text, i);
        tokenStart = i;
        break;
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > maxDepth) return { isTooDeep: true, mayHoldHugeNumbers };
        tokenStart = i;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        if (i - tokenStart > manyDigits) mayHoldHugeNumbers = true;
        tokenStart = i;
        break;
      case 0x2c: // ,
        if (i - tokenStart > manyDigits) mayHoldHugeNumbers = true;
        tokenStart = i;
        break;
      case 0x45: // E
      case 0x65: // e, which true and false have too, but not after a digit
        if (isDigit(text.charCodeAt(i - 1))) mayHoldHugeNumbers = true;
        break;
    }
  }
  return { isTooDeep: false, mayHoldHugeNumbers };
}

/** The place of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
