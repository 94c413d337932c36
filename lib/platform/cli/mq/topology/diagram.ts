import { declaration } from '../../../../app.ts';
import { topologyDiagram } from '../../../topology/diagram.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';

export async function run(args: readonly string[]): Promise<number> {
  parseOptions(args, {});
  process.stdout.write(topologyDiagram(declaration));
  return ExitCode.success;
}
