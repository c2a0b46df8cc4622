import { isTimeBound } from './time-range.ts';

/** How a filter's value is entered and shown. */
export type FilterKind = 'text' | 'status' | 'duration' | 'cost' | 'score' | 'tags';

export interface FilterField {
  /** The name in the API and in the address. */
  readonly name: string;
  readonly label: string;
  readonly kind: FilterKind;
  /** Between label and value on a chip. */
  readonly operator: ':' | '≥';
  /** The grouping of the series that suggests values, where there is one. */
  readonly suggestedBy?: 'model' | 'name' | 'user' | 'tag';
}

/** The filters of the API, in the order in which they are offered. */
export const filterFields: readonly FilterField[] = [
  { name: 'status', label: 'Status', kind: 'status', operator: ':' },
  { name: 'name', label: 'Name', kind: 'text', operator: ':', suggestedBy: 'name' },
  { name: 'model', label: 'Model', kind: 'text', operator: ':', suggestedBy: 'model' },
  { name: 'user_id', label: 'User', kind: 'text', operator: ':', suggestedBy: 'user' },
  { name: 'session_id', label: 'Session', kind: 'text', operator: ':' },
  { name: 'tags', label: 'Tags', kind: 'tags', operator: ':', suggestedBy: 'tag' },
  { name: 'min_duration_ms', label: 'Duration', kind: 'duration', operator: '≥' },
  { name: 'min_cost', label: 'Cost', kind: 'cost', operator: '≥' },
  { name: 'score', label: 'Score', kind: 'score', operator: ':' },
  { name: 'environment', label: 'Environment', kind: 'text', operator: ':' },
  { name: 'release', label: 'Release', kind: 'text', operator: ':' },
];

export const filterField = (name: string): FilterField | undefined => filterFields.find((field) => field.name === name);

/** What is asked of the API, by its own names. */
export type Filters = Readonly<Record<string, string>>;

export interface ReadFilters {
  readonly filters: Filters;
  /** What stood in the address and is none: said to the reader, not sent. */
  readonly ignored: readonly { readonly name: string; readonly value: string }[];
}

/** The filters in an address. A value that the API would refuse is left out and named. */
export function readFilters(search: Readonly<Record<string, string>>): ReadFilters {
  const filters: Record<string, string> = {};
  const ignored: { name: string; value: string }[] = [];
  for (const name of ['from', 'to', 'q', ...filterFields.map((field) => field.name)]) {
    const value = search[name];
    if (value === undefined || value === '') continue;
    if (isValid(name, value)) filters[name] = value;
    else ignored.push({ name, value });
  }
  return { filters, ignored };
}

const decimalForm = /^\d{1,15}(\.\d{1,15})?$/;
const scoreForm = /^[^<>=]{1,255}(?:(?:>=|<=|>|<)-?\d{1,15}(?:\.\d{1,15})?|=.{1,255})?$/s;

function isValid(name: string, value: string): boolean {
  switch (name) {
    case 'from':
    case 'to':
      return isTimeBound(value);
    case 'status':
      return ['ok', 'error', 'running'].includes(value);
    case 'min_duration_ms':
    case 'min_cost':
      return decimalForm.test(value);
    case 'score':
      return scoreForm.test(value);
    case 'q':
      return value.length <= 500;
    case 'tags':
      return value.length <= 5000 && value.split(',').some((tag) => tag !== '');
    default:
      return value.length <= 255;
  }
}

const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/**
 * What a person typed, as the API takes it: `2s` and `1.5 min` become milliseconds, `$0.01` a number. Undefined where it
 * cannot be read.
 */
export function valueFromText(field: FilterField, text: string): string | undefined {
  const typed = text.trim();
  if (field.kind === 'duration') {
    const [, number, unit = 'ms'] = /^(\d+(?:\.\d+)?)\s*([a-z]+)?$/i.exec(typed) ?? [];
    const factor = durationUnits[unit.toLowerCase()];
    return number === undefined || factor === undefined ? undefined : plainNumber(Number(number) * factor);
  }
  if (field.kind === 'cost') {
    const [, number] = /^\$?\s*(\d*(?:\.\d+)?)$/.exec(typed) ?? [];
    return number === undefined || number === '' ? undefined : plainNumber(Number(number));
  }
  return typed !== '' && isValid(field.name, typed) ? typed : undefined;
}

const plainNumber = (value: number): string => value.toFixed(15).replace(/\.?0+$/, '');

/** What an editor shows for the value of a filter. */
export function textFromValue(field: FilterField, value: string): string {
  if (field.kind === 'duration') return Number(value) >= 1000 ? `${Number(value) / 1000} s` : `${value} ms`;
  return field.kind === 'cost' ? `$${value}` : value;
}
