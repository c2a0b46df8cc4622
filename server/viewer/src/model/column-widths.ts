/** Widths of columns that somebody has chosen, in pixels, by table and column. */
export type ColumnWidths = Readonly<Record<string, number>>;

const leastColumnPx = 40;
const mostColumnPx = 800;
/** What one step of the keyboard changes. */
export const columnStepPx = 24;

export const withinColumn = (px: number): number => Math.round(Math.max(leastColumnPx, Math.min(mostColumnPx, px)));

/** Reads what this browser has kept. What is no width is left out: somebody may have written there. */
export function readColumnWidths(text: string | null): ColumnWidths {
  try {
    const kept: unknown = JSON.parse(text ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    const widths = Object.entries(kept).filter(([, px]) => typeof px === 'number' && px === withinColumn(px));
    return Object.fromEntries(widths);
  } catch {
    return {};
  }
}

/** With a width of one column, or without where it is undefined: then it has the standard one again. */
export function withColumnWidth(widths: ColumnWidths, name: string, px: number | undefined): ColumnWidths {
  const { [name]: _, ...others } = widths;
  return px === undefined ? others : { ...others, [name]: withinColumn(px) };
}
