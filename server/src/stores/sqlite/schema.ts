import type { DatabaseSync } from 'node:sqlite';

/**
 * The layout of the file, a step for each version. A step that was released is never edited: the file of every release
 * must open in every later one.
 *
 * - `traces`: one row a trace, what lists filter by and show. `record` is the merged trace record without payloads.
 * - `spans`: one row a span: its ledger (what totals need), kept by trace, so that a recount of a trace never reads content.
 * - Content of spans: of one that came whole in a compressed request, that request's body (`segments`, at a position in it);
 *   of any other (still running, merged, sent uncompressed) a record of its own (`span_records`). See segments.ts.
 * - `rollups`: sums by hour, model and span type, kept apart by the day that their traces expire.
 * - `search_log`: what the search index, a file of its own, has not read yet. See search-log.ts.
 * - Ids that may be reused by other projects are always read with their project.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE identity (
    id BLOB NOT NULL,                  -- of this data, so that an index knows whether it is this data's
    search_index TEXT NOT NULL         -- off, or how deep the search index is that follows search_log
  ) STRICT;
  INSERT INTO identity VALUES (randomblob(16), 'off');

  CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE traces (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    trace_id TEXT NOT NULL,
    state INTEGER NOT NULL,            -- 0 live, 1 deleted, 2 expired (both tombstones)
    retention_us INTEGER NOT NULL,     -- earliest start received; of a tombstone, when it was made
    start_us INTEGER NOT NULL,
    duration_ms REAL,                  -- as it is shown; null while running
    status TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT,
    session_id TEXT,
    environment TEXT,
    release TEXT,
    cost_usd REAL NOT NULL,
    summary TEXT NOT NULL,             -- JSON of the computed state
    record TEXT,                       -- null without a trace record
    segments TEXT NOT NULL,            -- ids of the segments that hold anything of it, with commas
    UNIQUE (project, trace_id)
  ) STRICT;
  -- With what lists filter and sort by most, so that a scan reads no rows.
  CREATE INDEX traces_by_time
    ON traces (project, start_us, trace_id, retention_us, status, name, environment, release, duration_ms, cost_usd)
    WHERE state = 0;
  CREATE INDEX traces_by_user ON traces (project, user_id, start_us, trace_id) WHERE state = 0 AND user_id IS NOT NULL;
  CREATE INDEX traces_by_session ON traces (project, session_id, start_us, trace_id) WHERE state = 0 AND session_id IS NOT NULL;
  -- Apart from tombstones: an index that begins with the state would look better to the planner than it is.
  CREATE INDEX traces_by_retention ON traces (project, retention_us) WHERE state = 0;
  CREATE INDEX tombstones_by_age ON traces (project, retention_us) WHERE state <> 0;

  CREATE INDEX traces_with_remains ON traces (project) WHERE state <> 0 AND segments <> '';

  CREATE TABLE removals (
    trace INTEGER PRIMARY KEY,         -- a tombstone that still owns spans: it was too large to be removed in one write
    retention_us INTEGER NOT NULL,     -- the trace's, under which sums have it
    is_withdrawn INTEGER NOT NULL      -- whether it is out of the sums already
  ) STRICT;

  CREATE TABLE trace_payloads (trace INTEGER PRIMARY KEY, payload TEXT NOT NULL) STRICT;

  CREATE TABLE trace_labels (
    project INTEGER NOT NULL,
    kind TEXT NOT NULL,                -- tag, model
    value TEXT NOT NULL,
    start_us INTEGER NOT NULL,
    trace INTEGER NOT NULL,
    PRIMARY KEY (project, kind, value, start_us, trace)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE spans (
    trace INTEGER NOT NULL,
    span_id TEXT NOT NULL,
    project INTEGER NOT NULL,
    parent_span_id TEXT,
    name TEXT NOT NULL,
    span_type TEXT NOT NULL,
    model TEXT,
    start_us INTEGER NOT NULL,
    end_time TEXT,                     -- null while running
    is_error INTEGER NOT NULL,
    tokens_input INTEGER,
    tokens_output INTEGER,
    cost_nanos INTEGER,
    first_token_us REAL,
    price TEXT,                        -- which price the cost was computed with, when it was
    segment INTEGER,                   -- null: the content stands in span_records
    position INTEGER,
    number INTEGER NOT NULL,           -- from 1, in the order in which the trace's spans came: what search knows it by
    PRIMARY KEY (trace, span_id),
    UNIQUE (project, span_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE span_records (
    trace INTEGER NOT NULL,
    span_id TEXT NOT NULL,
    head TEXT NOT NULL,
    payload TEXT,
    UNIQUE (trace, span_id)
  ) STRICT;

  CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    encoding TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE TABLE scores (
    project INTEGER NOT NULL,
    trace_id TEXT NOT NULL,
    score_id TEXT NOT NULL,
    received_us INTEGER NOT NULL,
    name TEXT NOT NULL,
    number REAL,                       -- the value, where it is a number
    label TEXT,                        -- the value as text, where it is not
    record TEXT NOT NULL,
    PRIMARY KEY (project, trace_id, score_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX scores_by_name ON scores (project, name);
  CREATE INDEX scores_by_receipt ON scores (project, received_us);

  CREATE TABLE rollups (
    project INTEGER NOT NULL,
    retention_day INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    span_type TEXT NOT NULL,
    model TEXT NOT NULL,
    traces INTEGER NOT NULL,
    spans INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    tokens_input INTEGER NOT NULL,
    tokens_output INTEGER NOT NULL,
    cost_dollars INTEGER NOT NULL,     -- a cost is dollars and nano-dollars apart: their sums cannot overflow
    cost_nanos INTEGER NOT NULL,
    PRIMARY KEY (project, retention_day, hour, span_type, model)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE dropped (
    project INTEGER NOT NULL,
    instance TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    received_us INTEGER NOT NULL,
    PRIMARY KEY (project, instance, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE search_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    written_us INTEGER NOT NULL,
    changes TEXT NOT NULL              -- JSON of [trace, record, …], where record 0 is the trace's own; without any: removed
  ) STRICT;
  `,
];

/** The file was written by a later version, and would be misread. */
class NewerLayout extends Error {
  override readonly name = 'NewerLayout';
  readonly code = 'NEWER_LAYOUT';
}

/** Brings a file to this version, in one transaction. Refuses a file of a later version: it would be misread. */
export function migrate(db: DatabaseSync): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version === migrations.length) return;
  if (version > migrations.length)
    throw new NewerLayout(
      `the data was written by a newer server (layout ${version}, this one knows ${migrations.length})`,
    );
  db.exec('BEGIN EXCLUSIVE');
  try {
    for (const step of migrations.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
