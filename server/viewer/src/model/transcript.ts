import type { SpanTree } from './span-tree.ts';

/** A step of a run: a model call, a tool, or an agent within another one, with all that it did. */
export interface TranscriptStep {
  readonly index: number;
  readonly isAgent: boolean;
}

/** The steps under a node (the trace, or an agent) in order of time. What agents within an agent did is one step each. */
export function transcriptSteps(tree: SpanTree, root: number): readonly TranscriptStep[] {
  const end = root === 0 ? tree.size : (tree.subtreeEnds[root] as number);
  // Under which agent of its own a node stands: 0 for none. The trace's agents are who is listened to.
  const agents = new Int32Array(end - root);
  const depths = new Uint8Array(end - root);
  const leastDepth = root === 0 ? 1 : 0;
  for (let index = root + 1; index < end; index++) {
    const parent = (tree.parents[index] as number) - root;
    const around = agents[parent] as number;
    const depth = depths[parent] as number;
    const isAgent = tree.types[index] === 'agent';
    agents[index - root] = around !== 0 ? around : isAgent && depth >= leastDepth ? index : 0;
    depths[index - root] = Math.min(2, depth + (isAgent ? 1 : 0));
  }
  const steps: TranscriptStep[] = [];
  const told = new Set<number>();
  for (const index of tree.inTime) {
    if (index <= root || index >= end) continue;
    const type = tree.types[index];
    if (type !== 'llm' && type !== 'tool') continue;
    const agent = agents[index - root] as number;
    if (agent === 0) steps.push({ index, isAgent: false });
    else if (!told.has(agent)) {
      told.add(agent);
      steps.push({ index: agent, isAgent: true });
    }
  }
  return steps;
}
