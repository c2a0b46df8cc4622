import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useId, useMemo, useState } from 'react';
import { seriesQuery } from '../../api/queries.ts';
import { type FilterField, textFromValue, valueFromText } from '../../model/filters.ts';
import { formatCount } from '../../model/format.ts';
import { usePageSession } from '../../session-context.ts';
import { Button } from './button.tsx';
import styles from './filter-bar.module.css';
import { PayloadText } from './payload-text.tsx';

interface FilterEditorProps {
  readonly field: FilterField;
  readonly value: string;
  readonly onSubmit: (value: string | undefined) => void;
}

const hints: Readonly<Partial<Record<FilterField['kind'], string>>> = {
  duration: 'At least: 250 ms, 2s, 1.5 min',
  cost: 'At least: $0.01',
  score: 'helpful · accuracy>=0.5 · tone=calm',
  tags: 'Any of: beta,prod',
};

const mostSuggestions = 8;

/** Enters the value of one filter: typed as its kind asks, with the values that there are. */
export function FilterEditor({ field, value, onSubmit }: FilterEditorProps) {
  const errorId = useId();
  const [text, setText] = useState(value === '' ? '' : textFromValue(field, value));
  const [isWrong, setIsWrong] = useState(false);
  const suggestions = useSuggestions(field, text === textFromValue(field, value) ? '' : text);

  if (field.kind === 'status')
    return (
      <div className={styles.choices}>
        {['ok', 'error', 'running'].map((status) => (
          <Button key={status} isPressed={status === value} onClick={() => onSubmit(status)}>
            {status}
          </Button>
        ))}
      </div>
    );

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return onSubmit(undefined);
    const next = valueFromText(field, text);
    setIsWrong(next === undefined);
    if (next !== undefined) onSubmit(next);
  };
  const moveFocus = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('input, [data-suggestion]')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    stops[Math.max(0, Math.min(stops.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  };

  return (
    <form onSubmit={submit} className={styles.editor} onKeyDown={moveFocus}>
      <div className={styles.line}>
        <input
          aria-label={field.label}
          aria-invalid={isWrong}
          aria-describedby={errorId}
          placeholder={hints[field.kind] ?? `${field.label} is exactly…`}
          maxLength={500}
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" look="primary">
          Apply
        </Button>
      </div>
      <p id={errorId} className={isWrong ? styles.error : 'visually-hidden'}>
        {isWrong ? `Cannot be read. ${hints[field.kind] ?? ''}` : (hints[field.kind] ?? '')}
      </p>
      {suggestions.map(({ group, count }) => (
        <button key={group} type="button" data-suggestion className={styles.suggestion} onClick={() => onSubmit(group)}>
          <PayloadText text={group} />
          <span className={styles.count}>{formatCount(count)}</span>
        </button>
      ))}
    </form>
  );
}

/** The values of the last seven days that contain what is typed, the most frequent first. */
function useSuggestions(field: FilterField, typed: string) {
  const { key } = usePageSession();
  const { data } = useQuery({
    ...seriesQuery(key, { from: '-7d' }, { bucket: 'day', groupBy: field.suggestedBy }),
    enabled: field.suggestedBy !== undefined,
  });
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const { group, trace_count } of data?.points ?? [])
      if (group?.toLowerCase().includes(typed.trim().toLowerCase()))
        counts.set(group, (counts.get(group) ?? 0) + trace_count);
    return [...counts]
      .map(([group, count]) => ({ group, count }))
      .sort((a, b) => b.count - a.count || (a.group < b.group ? -1 : 1))
      .slice(0, mostSuggestions);
  }, [data, typed]);
}
