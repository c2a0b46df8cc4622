/** What a person typed as the value of a score: yes and no, a number, else a category. */
export function scoreValueFromText(text: string): number | boolean | string {
  const typed = text.trim();
  if (/^(yes|true|👍)$/iu.test(typed)) return true;
  if (/^(no|false|👎)$/iu.test(typed)) return false;
  return /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed;
}
