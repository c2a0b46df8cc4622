import type { Command } from 'commander';
import { diagnose, type Finding } from '../diagnosis.ts';
import type { CommandContext } from '../program.ts';
import { addServer, serverOf, type TargetOptions } from '../target.ts';
import { exitCodes } from '../terminal.ts';

const marks: Readonly<Record<Finding['verdict'], string>> = { well: '✓', unwell: '✗', unknown: '–' };

export function addDoctor(program: Command, { terminal, run }: CommandContext): void {
  addServer(program.command('doctor'))
    .description('Say what is wrong between this machine and a server: address, key, round trip, clock')
    .action(
      run(async (options: TargetOptions) => {
        const { url, key } = serverOf(options, terminal);
        const findings = await diagnose(url, key);
        const isWell = findings.every(({ verdict }) => verdict !== 'unwell');
        return {
          exitCode: isWell ? exitCodes.well : exitCodes.unwell,
          report: { url, ok: isWell, findings },
          text: findings.map(({ verdict, sentence }) => `${marks[verdict]} ${sentence}`).join('\n'),
        };
      }),
    );
}
