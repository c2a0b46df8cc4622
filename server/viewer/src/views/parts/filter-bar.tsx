import { Plus, Search as SearchIcon, X } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { type FilterField, filterField, filterFields, type ReadFilters, textFromValue } from '../../model/filters.ts';
import { Button } from './button.tsx';
import styles from './filter-bar.module.css';
import { FilterEditor } from './filter-editor.tsx';
import { Menu } from './menu.tsx';
import { PayloadText } from './payload-text.tsx';
import { Popover } from './popover.tsx';

interface FilterBarProps {
  readonly read: ReadFilters;
  /** Sets filters by their names in the API; undefined removes one. */
  readonly onChange: (patch: Readonly<Record<string, string | undefined>>) => void;
  /** Where `/` puts the cursor. */
  readonly searchRef: RefObject<HTMLInputElement | null>;
  /** The field whose editor is open, and how to open another: `f` and menus of cells do it too. */
  readonly editing: string | undefined;
  readonly onEdit: (name: string | undefined) => void;
}

/** The filters as chips, a menu to add one, and the text that is searched. */
export function FilterBar({ read, onChange, searchRef, editing, onEdit }: FilterBarProps) {
  const { filters, ignored } = read;
  const chips = filterFields.filter(({ name }) => filters[name] !== undefined);
  const added = editing === undefined || filters[editing] !== undefined ? undefined : filterField(editing);

  return (
    <search className={styles.bar}>
      {chips.map((field) => (
        <Chip
          key={field.name}
          field={field}
          value={filters[field.name] ?? ''}
          isOpen={editing === field.name}
          onOpen={(isOpen) => onEdit(isOpen ? field.name : undefined)}
          onChange={(value) => {
            onEdit(undefined);
            onChange({ [field.name]: value });
          }}
        />
      ))}
      {added !== undefined && (
        <Chip
          field={added}
          value=""
          isOpen
          onOpen={(isOpen) => !isOpen && onEdit(undefined)}
          onChange={(value) => {
            onEdit(undefined);
            onChange({ [added.name]: value });
          }}
        />
      )}
      <Menu
        trigger={
          <Button look="quiet">
            <Plus size={14} aria-hidden /> Filter
          </Button>
        }
        actions={filterFields.map((field) => ({ label: field.label, run: () => onEdit(field.name) }))}
      />
      <SearchField
        text={filters['q'] ?? ''}
        inputRef={searchRef}
        onSearch={(q) => onChange({ q })}
        onBackspace={() => {
          const last = chips.at(-1);
          if (last !== undefined) onChange({ [last.name]: undefined });
        }}
      />
      {ignored.map(({ name, value }) => (
        <p key={name} className={styles.ignored} role="status">
          Ignored filter {name}=<PayloadText text={value} />
        </p>
      ))}
    </search>
  );
}

interface ChipProps {
  readonly field: FilterField;
  readonly value: string;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onChange: (value: string | undefined) => void;
}

function Chip({ field, value, isOpen, onOpen, onChange }: ChipProps) {
  return (
    <span className={styles.chip}>
      <Popover
        label={`Filter by ${field.label.toLowerCase()}`}
        className={styles.popup}
        isOpen={isOpen}
        onOpen={onOpen}
        trigger={
          <button type="button" className={styles.chipButton}>
            <span className={styles.field}>
              {field.label}
              {field.operator === ':' ? ':' : ` ${field.operator}`}
            </span>{' '}
            <PayloadText text={value === '' ? '…' : textFromValue(field, value)} />
          </button>
        }
      >
        <FilterEditor field={field} value={value} onSubmit={onChange} />
      </Popover>
      {value !== '' && (
        <button
          type="button"
          className={styles.remove}
          aria-label={`Remove the filter ${field.label}`}
          onClick={() => onChange(undefined)}
        >
          <X size={12} aria-hidden />
        </button>
      )}
    </span>
  );
}

interface SearchFieldProps {
  readonly text: string;
  readonly inputRef: RefObject<HTMLInputElement | null>;
  readonly onSearch: (text: string) => void;
  readonly onBackspace: () => void;
}

/** Searches when Enter is pressed or the field is left: a search is a question to the whole store, not one a letter. */
function SearchField({ text, inputRef, onSearch, onBackspace }: SearchFieldProps) {
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Enter') onSearch(typed.trim());
    if (event.key === 'Escape') {
      setTyped(text);
      event.currentTarget.blur();
    }
    if (event.key === 'Backspace' && typed === '') onBackspace();
  };
  return (
    <span className={styles.search}>
      <SearchIcon size={14} strokeWidth={1.75} aria-hidden />
      <input
        ref={inputRef}
        type="search"
        aria-label="Search the text of traces"
        placeholder="Search text"
        maxLength={500}
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          if (event.target.value === '' && text !== '') onSearch('');
        }}
        onKeyDown={onKeyDown}
        onBlur={() => typed.trim() !== text && onSearch(typed.trim())}
      />
      <kbd aria-hidden>/</kbd>
    </span>
  );
}
