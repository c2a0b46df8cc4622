import { CalendarClock } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { formatListTime } from '../../model/format.ts';
import { boundsOf, labelRange, rangePresets, type TimeRange } from '../../model/time-range.ts';
import { usePreferences } from '../../preferences.ts';
import { Button } from './button.tsx';
import { Popover } from './popover.tsx';
import styles from './range-picker.module.css';

interface RangePickerProps {
  readonly range: TimeRange;
  readonly onChange: (range: TimeRange) => void;
}

/** The time range of a page: one that ends now, or two moments. */
export function RangePicker({ range, onChange }: RangePickerProps) {
  const { zone } = usePreferences();
  const [isOpen, setIsOpen] = useState(false);
  const label = labelRange(range, (moment) => formatListTime(moment, new Date(), zone));
  const choose = (next: TimeRange) => {
    setIsOpen(false);
    onChange(next);
  };

  return (
    <Popover
      label="Time range"
      className={styles.popup}
      isOpen={isOpen}
      onOpen={setIsOpen}
      trigger={
        <Button aria-label={`Time range: ${label}`}>
          <CalendarClock size={14} strokeWidth={1.75} aria-hidden />
          {label}
        </Button>
      }
    >
      <div className={styles.presets}>
        {rangePresets.map((from) => (
          <Button
            key={from}
            look="quiet"
            isPressed={range.from === from && range.to === undefined}
            onClick={() => choose({ from })}
          >
            {labelRange({ from }, String)}
          </Button>
        ))}
      </div>
      <FixedRange range={range} onChange={choose} />
    </Popover>
  );
}

function FixedRange({ range, onChange }: RangePickerProps) {
  const { fromMs, toMs } = boundsOf(range, Date.now());
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [from, to] = ['from', 'to'].map((name) => new Date(String(form.get(name))));
    if (from === undefined || to === undefined || Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return;
    onChange({ from: from.toISOString(), to: to.toISOString() });
  };
  return (
    <form onSubmit={submit} className={styles.fixed}>
      <label>
        From
        <input type="datetime-local" name="from" step="1" required defaultValue={localText(fromMs)} />
      </label>
      <label>
        To
        <input type="datetime-local" name="to" step="1" required defaultValue={localText(toMs)} />
      </label>
      <Button type="submit" look="primary">
        Use these times
      </Button>
    </form>
  );
}

/** A moment as `datetime-local` has it: this device's time, without a zone. */
function localText(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
