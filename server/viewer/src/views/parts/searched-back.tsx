import { formatExact, formatListTime } from '../../model/format.ts';
import { usePreferences } from '../../preferences.ts';
import { Button } from './button.tsx';
import { StateMessage } from './state-message.tsx';

interface SearchedBackProps {
  /** How far back the server has looked before it answered. */
  readonly until: string;
  readonly found: number;
  readonly onFurther: () => void;
}

/** The server looks at so much at a time: what it has found stands above, if anything, and it goes on when it is asked to. */
export function SearchedBack({ until, found, onFurther }: SearchedBackProps) {
  const { zone } = usePreferences();
  const text = `Searched back to ${formatListTime(until, new Date(), zone)}, ${formatExact(found)} found so far.`;
  const further = <Button onClick={onFurther}>Search further</Button>;
  if (found === 0) return <StateMessage title={text} actions={further} />;
  return (
    <>
      {text} {further}
    </>
  );
}
