import { ArrowDown, ArrowUp, WholeWord } from 'lucide-react';
import { Button, IconButton } from '../parts/button.tsx';
import styles from './json-view.module.css';
import type { useJsonSearch } from './use-json-search.ts';

interface JsonSearchBarProps {
  /** What is searched: "Input". */
  readonly label: string;
  readonly search: ReturnType<typeof useJsonSearch>;
  readonly onStep: (by: 1 | -1) => void;
}

/** The field to search a JSON value in, and the way from match to match. */
export function JsonSearchBar({ label, search, onStep }: JsonSearchBarProps) {
  const { asked, ask, status } = search;
  return (
    <div className={styles.tools}>
      <input
        type="search"
        aria-label={`Search ${label}`}
        placeholder="Search"
        spellCheck={false}
        value={asked.needle}
        onChange={(event) => ask({ needle: event.target.value })}
        onKeyDown={(event) => event.key === 'Enter' && onStep(event.shiftKey ? -1 : 1)}
      />
      <Button
        look="quiet"
        isPressed={asked.isCaseSensitive}
        aria-label="Match case"
        title="Match case"
        onClick={() => ask({ isCaseSensitive: !asked.isCaseSensitive })}
      >
        Aa
      </Button>
      <Button
        look="quiet"
        isPressed={asked.isWholeWord}
        aria-label="Whole words"
        title="Whole words"
        onClick={() => ask({ isWholeWord: !asked.isWholeWord })}
      >
        <WholeWord size={16} strokeWidth={1.75} aria-hidden />
      </Button>
      <span role="status" className={styles.count}>
        {status}
      </span>
      {asked.needle !== '' && (
        <>
          <IconButton label="Previous match" onClick={() => onStep(-1)}>
            <ArrowUp size={14} />
          </IconButton>
          <IconButton label="Next match" onClick={() => onStep(1)}>
            <ArrowDown size={14} />
          </IconButton>
        </>
      )}
    </div>
  );
}
