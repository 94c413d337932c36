import { parseArgs } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { askControl, type ControlOrder } from '../../../operations/circuit/ask-control.ts';
import { findControlFunction, localControl } from '../../../operations/circuit/control-access.ts';
import { printable } from '../../printable.ts';
import { stateFile } from '../../state-file.ts';
import { type Command, ExitCode, UsageError } from '../command.ts';
import { renderStatuses } from './render.ts';

const options = {
  reason: { type: 'string' },
  env: { type: 'string' },
  name: { type: 'string' },
  function: { type: 'string' },
  state: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const actions: readonly string[] = ['pause', 'resume', 'status'] satisfies ControlOrder['action'][];

export const command: Command = {
  summary: 'pauses a consumer, lets it go on, says how consumers stand',
  usage: `npm run mq -- consumer pause|resume NAME [OPTIONS]
npm run mq -- consumer status [NAME] [OPTIONS]

  pause     keeps messages from a consumer until it is resumed; they wait in its queue
  resume    lets them through again, whatever kept them: an operator, the circuit breaker, or Lambda
  status    whether consumers get messages, since when, and why not; state of their event source mappings

  --reason TEXT      kept with the consumer's state, for colleagues
  --env NAME         an environment on AWS                     (default: the local run, see npm start)
  --name NAME        name of the application, with --env       (default that of lib/app.ts)
  --function NAME    the function to ask, in place of the two: output ConsumerControlFunction of the processing stack
  --state FILE       state file of a local run                 (default .local/state.json)
  --json             for programs

Account and region are those of the AWS SDK: AWS_PROFILE, AWS_REGION and so on.
Mappings on AWS take up to a minute to follow. Exit codes: 0 done, 1 failed, 64 wrong usage.`,
  run: async (args, { app }) => {
    const { values, order } = parse(args);
    const { client, functionName } = await access(values, app.name);
    try {
      const statuses = await askControl(client, functionName, order);
      process.stdout.write(values.json ? `${printable(JSON.stringify(statuses))}\n` : renderStatuses(statuses));
      return ExitCode.success;
    } finally {
      client.destroy();
    }
  },
};

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [action = '', consumer, ...others] = positionals;
  if (!isAction(action))
    throw new UsageError(action === '' ? 'pause, resume or status is needed' : `there is no 'consumer ${action}'`);
  if (others.length > 0) throw new UsageError(`one consumer at a time, not also ${others.join(', ')}`);
  if (consumer === undefined && action !== 'status') throw new UsageError(`the name of the consumer to ${action}`);
  const order: ControlOrder = {
    action,
    ...(consumer !== undefined && { consumer }),
    ...(values.reason !== undefined && { reason: values.reason }),
  };
  return { values, order };
}

const isAction = (text: string): text is ControlOrder['action'] => actions.includes(text);

/** Who is asked; the client is the caller's to destroy. */
async function access(values: Values, application: string): Promise<{ client: LambdaClient; functionName: string }> {
  if (values.function === undefined && values.env === undefined) {
    const { client, functionName } = localControl(values.state ?? stateFile);
    return { client: new LambdaClient(client), functionName };
  }
  const client = new LambdaClient({});
  const functionName =
    values.function ??
    (await findControlFunction(client, { application: values.name ?? application, environment: values.env ?? '' }));
  return { client, functionName };
}
