import { useQueryClient } from '@tanstack/react-query';
import { AddScoreAnswer, type ScoreRecord } from 'llm-tracer/schema';
import { Bot, Braces, User } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { request } from '../../../api/request.ts';
import { allows } from '../../../api/session.ts';
import type { TraceTree } from '../../../api/trace-tree.ts';
import { isFile } from '../../../file/opened-files.ts';
import { formatMoment } from '../../../model/format.ts';
import { scoreValueFromText } from '../../../model/score-value.ts';
import { usePreferences } from '../../../preferences.ts';
import { usePageSession } from '../../../session-context.ts';
import { Button } from '../../parts/button.tsx';
import { PayloadText } from '../../parts/payload-text.tsx';
import { scoreText } from '../../traces/score-text.ts';
import styles from './tabs.module.css';

interface ScoresTabProps {
  readonly data: TraceTree;
  /** Undefined for the trace itself. */
  readonly spanId: string | undefined;
}

const sources = { user: User, code: Braces, model: Bot } as const;

/** What people, programs and models say about a trace or a span, and a form to say more. */
export function ScoresTab({ data, spanId }: ScoresTabProps) {
  const { zone } = usePreferences();
  const scores = data.scores.filter((score) => spanId === undefined || score.span_id === spanId);
  return (
    <>
      <section className={styles.section}>
        {scores.length === 0 && <p className={styles.muted}>No scores yet.</p>}
        {scores.map((score) => (
          <ScoreLine
            key={score.score_id}
            score={score}
            isOnSpan={spanId === undefined && score.span_id !== undefined}
            at={formatMoment(score.created_at, zone)}
          />
        ))}
      </section>
      {!isFile(data.trace.project_id) && (
        <ScoreForm
          traceId={data.trace.trace_id}
          spanId={spanId}
          names={[...new Set(data.scores.map(({ name }) => name))]}
        />
      )}
    </>
  );
}

interface ScoreLineProps {
  readonly score: ScoreRecord;
  readonly isOnSpan: boolean;
  readonly at: string;
}

function ScoreLine({ score, isOnSpan, at }: ScoreLineProps) {
  const Icon = sources[score.source];
  return (
    <div className={styles.score}>
      <Icon size={14} strokeWidth={1.75} aria-label={`by ${score.source}`} />
      <strong>
        <PayloadText text={scoreText(score)} />
      </strong>
      <span className={styles.muted}>
        {isOnSpan ? 'on a span · ' : ''}
        {at}
      </span>
      {score.comment !== undefined && (
        <p>
          <PayloadText text={score.comment} />
        </p>
      )}
    </div>
  );
}

interface ScoreFormProps {
  readonly traceId: string;
  readonly spanId: string | undefined;
  readonly names: readonly string[];
}

function ScoreForm({ traceId, spanId, names }: ScoreFormProps) {
  const { key, project } = usePageSession();
  const client = useQueryClient();
  const id = useId();
  const [error, setError] = useState<string>();
  const [isSaving, setIsSaving] = useState(false);
  const mayWrite = allows(key, 'ingest');
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    setIsSaving(true);
    setError(undefined);
    try {
      await request(`/api/traces/${encodeURIComponent(traceId)}/scores`, AddScoreAnswer, {
        method: 'POST',
        key: key.key,
        body: {
          name: String(values.get('name')).trim(),
          value: scoreValueFromText(String(values.get('value'))),
          comment: String(values.get('comment')) || undefined,
          source: 'user',
          ...(spanId === undefined ? {} : { span_id: spanId }),
        },
      });
      form.reset();
      await client.invalidateQueries({ queryKey: ['project', project, 'tree', traceId] });
    } catch (caught) {
      // What was typed stays in the form.
      setError((caught as Error).message);
    }
    setIsSaving(false);
  };
  return (
    <form className={styles.form} onSubmit={(event) => void submit(event)} aria-describedby={`${id}-why`}>
      <h3>Add a score to {spanId === undefined ? 'this trace' : 'this span'}</h3>
      {!mayWrite && (
        <p id={`${id}-why`} className={styles.cut}>
          This key can only read. Scores need a key that may write, deleting an admin key.
        </p>
      )}
      <fieldset disabled={!mayWrite || isSaving} className={styles.fields}>
        <label>
          Name
          <input name="name" required maxLength={255} list={`${id}-names`} autoComplete="off" />
        </label>
        <datalist id={`${id}-names`}>
          {[...new Set([...names, 'helpful', 'accuracy', 'tone'])].map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <label>
          Value
          <input name="value" required maxLength={255} placeholder="yes, no, 0.8, formal" autoComplete="off" />
        </label>
        <label className={styles.wide}>
          Comment
          <input name="comment" maxLength={10_000} autoComplete="off" />
        </label>
        <Button type="submit" look="primary">
          Save
        </Button>
      </fieldset>
      {error !== undefined && (
        <p role="alert" className={styles.cut}>
          {error}
        </p>
      )}
    </form>
  );
}
