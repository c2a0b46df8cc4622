import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Config } from '../../config.ts';
import { openStore } from '../../open-store.ts';
import type { Store } from '../../stores/store.ts';
import { addDataDir, existingDataFile, folderConfig } from '../data-folder.ts';
import { type MoveCounts, movePage } from '../move-page.ts';
import type { CommandContext } from '../program.ts';
import { counted, Progress } from '../progress.ts';
import { CommandError, exitCodes, type Terminal } from '../terminal.ts';

const stores = ['sqlite', 'dynamodb'] as const;
type StoreName = (typeof stores)[number];

interface Given {
  readonly from: string;
  readonly to: string;
  readonly project: string;
  readonly dataDir?: string;
  readonly state?: string;
}

/** How far a move has come: kept in a file, so that it can go on after it was cut short. */
interface MoveState extends MoveCounts {
  readonly from: string;
  readonly to: string;
  readonly project: string;
  readonly cursor: string | null;
}

export function addMove(program: Command, { terminal, run }: CommandContext): void {
  addDataDir(program.command('move'))
    .description(
      "Copy a project's traces from one store to another, newest first; asked for again, it goes on where it was",
    )
    .requiredOption('--from <store>', 'sqlite or dynamodb')
    .requiredOption('--to <store>', 'sqlite or dynamodb')
    .requiredOption('--project <id>', 'the project')
    .option('--state <file>', 'where it keeps how far it has come (default: move-PROJECT.json)')
    .action(
      run(async (given: Given) => {
        const [source, target] = [configOf(terminal, given, given.from), configOf(terminal, given, given.to)];
        if (given.from === given.to) throw new CommandError(exitCodes.asked, '--from and --to are the same store.');
        // A move never makes an empty store to read from.
        if (source.dynamodb === undefined) existingDataFile(source.dataDir);
        const counts = await between(source, target, (from, to) => move(terminal, given, from, to));
        const refused =
          counts.refused === 0 ? '' : ` ${counted(counts.refused, 'record')} refused: expired, or in another trace.`;
        return {
          exitCode: counts.refused === 0 ? exitCodes.well : exitCodes.unwell,
          report: { ...counts },
          text: `${counted(counts.traces, 'trace')}, ${counted(counts.spans, 'span')} and ${counted(counts.scores, 'score')} are in ${given.to}.${refused}`,
        };
      }),
    );
}

function configOf(terminal: Terminal, { dataDir, project }: Given, store: string): Config {
  if (!stores.includes(store as StoreName))
    throw new CommandError(exitCodes.asked, `A store is ${stores.join(' or ')}, not ${store}.`);
  return folderConfig({ env: { ...terminal.env, STORE: store } }, { dataDir, project });
}

async function between<T>(source: Config, target: Config, work: (from: Store, to: Store) => Promise<T>): Promise<T> {
  const from = await openStore(source, { keepsIndex: false });
  try {
    const to = await openStore(target, { keepsIndex: false });
    try {
      return await work(from, to);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function move(terminal: Terminal, given: Given, from: Store, to: Store): Promise<MoveCounts> {
  const file = given.state ?? `move-${given.project}.json`;
  let state = readState(file, given);
  const progress = new Progress(terminal);
  // To repeat a page is harmless, so it is noted after it.
  do {
    const page = await movePage(given.project, from, to, state.cursor);
    state = {
      ...state,
      cursor: page.nextCursor,
      traces: state.traces + page.traces,
      spans: state.spans + page.spans,
      scores: state.scores + page.scores,
      refused: state.refused + page.refused,
    };
    writeFileSync(file, JSON.stringify(state));
    progress.say(`Moving ${given.project}: ${counted(state.traces, 'trace')}, ${counted(state.spans, 'span')}`);
  } while (state.cursor !== null);
  progress.end();
  rmSync(file);
  const { traces, spans, scores, refused } = state;
  return { traces, spans, scores, refused };
}

function readState(file: string, { from, to, project }: Given): MoveState {
  const fresh: MoveState = { from, to, project, cursor: null, traces: 0, spans: 0, scores: 0, refused: 0 };
  if (!existsSync(file)) return fresh;
  const state = JSON.parse(readFileSync(file, 'utf8')) as MoveState;
  if (state.from === from && state.to === to && state.project === project) return state;
  throw new CommandError(exitCodes.asked, `${file} is of another move. Remove it, or name another file with --state.`);
}
