import { selectEnvironment } from '../../../config/select-environment.ts';
import { topologyOf } from '../../../declaration/topology-of.ts';
import { permissionTable } from '../../../topology/permission-table.ts';
import type { Project } from '../../project.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';

export async function run(args: readonly string[], { app, environments }: Project): Promise<number> {
  const { env } = parseOptions(args, { env: { type: 'string' } });
  process.stdout.write(permissionTable(topologyOf(app), selectEnvironment(environments, { env })));
  return ExitCode.success;
}
