import { topologyOf } from '../../../declaration/topology-of.ts';
import { topologyDiagram } from '../../../topology/diagram.ts';
import type { Project } from '../../project.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';

export async function run(args: readonly string[], { app }: Project): Promise<number> {
  parseOptions(args, {});
  process.stdout.write(topologyDiagram(topologyOf(app)));
  return ExitCode.success;
}
