import { type KeyboardEvent, type ReactNode, type Ref, type UIEvent, useId } from 'react';

interface TabsProps {
  /** What the tabs are of: "About this span". */
  readonly label: string;
  readonly tabs: readonly { readonly id: string; readonly label: string }[];
  readonly current: string;
  readonly onChoose: (id: string) => void;
  readonly classes: Readonly<Record<'tabs' | 'list' | 'tab' | 'panel', string | undefined>>;
  readonly panelRef?: Ref<HTMLDivElement>;
  readonly onScroll?: (event: UIEvent<HTMLDivElement>) => void;
  /** What the current tab shows. */
  readonly children: ReactNode;
}

/**
 * Tabs as the ARIA pattern has them: one stop of the Tab key, arrows move between them, Enter or Space chooses. Our own, as the
 * trace page shows tabs at once, and those of the library bring 13 kB into its first load.
 */
export function Tabs({ label, tabs, current, onChoose, classes, panelRef, onScroll, children }: TabsProps) {
  const ownId = useId();
  const moveFocus = (event: KeyboardEvent<HTMLElement>) => {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The page's own arrows and ends are not meant.
    event.stopPropagation();
    all[(next + all.length) % all.length]?.focus();
  };
  return (
    <div className={classes.tabs}>
      <div role="tablist" tabIndex={-1} aria-label={label} className={classes.list} onKeyDown={moveFocus}>
        {tabs.map(({ id, label: name }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`${ownId}-${id}`}
            aria-selected={id === current}
            aria-controls={id === current ? `${ownId}-panel` : undefined}
            tabIndex={id === current ? 0 : -1}
            className={classes.tab}
            onClick={() => onChoose(id)}
          >
            {name}
          </button>
        ))}
      </div>
      <div
        // Each tab has its own panel, scrolled and focused anew.
        key={current}
        ref={panelRef}
        role="tabpanel"
        id={`${ownId}-panel`}
        aria-labelledby={`${ownId}-${current}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        tabIndex={0}
        className={classes.panel}
        onScroll={onScroll}
      >
        {children}
      </div>
    </div>
  );
}
