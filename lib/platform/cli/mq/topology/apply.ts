import { applyTopology } from '../../../operations/topology/apply.ts';
import { type ApplyReport, summary, TopologyApplyError } from '../../../operations/topology/apply-report.ts';
import { printable } from '../../printable.ts';
import type { Project } from '../../project.ts';
import { parseOptions } from '../broker-options.ts';
import { ExitCode } from '../command.ts';
import { renderChanges } from './render.ts';
import { planSettings, topologyOptions } from './settings.ts';

export async function run(args: readonly string[], project: Project): Promise<number> {
  const values = parseOptions(args, topologyOptions);
  const settings = planSettings(values, project);
  const show = (report: ApplyReport, error?: string): void => {
    if (values.json) {
      console.log(printable(JSON.stringify({ ...report, ...(error === undefined ? {} : { error }) })));
      return;
    }
    const attempted = report.results.filter(({ outcome }) => outcome !== 'skipped');
    const rows = attempted.map(({ change, outcome, reason }) => ({
      change,
      remark: reason === undefined ? outcome : `${outcome}: ${reason}`,
    }));
    process.stdout.write(renderChanges(rows, values));
    console.log(`${report.broker} (RabbitMQ ${report.version}), vhost ${report.vhost}: ${summary(report)}`);
  };
  try {
    show(await applyTopology(settings));
    return ExitCode.success;
  } catch (error) {
    if (error instanceof TopologyApplyError) show(error.report, error.message);
    throw error;
  } finally {
    settings.client.close();
  }
}
