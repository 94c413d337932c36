import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type OperatorAccess, operatorAccess } from '../../operations/operator-access.ts';
import { stateFile } from '../state-file.ts';
import { UsageError } from './command.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Options of every command that speaks with a broker. */
export const brokerOptions = {
  url: { type: 'string' },
  ca: { type: 'string' },
  username: { type: 'string' },
  vhost: { type: 'string' },
  'passwords-file': { type: 'string' },
  state: { type: 'string' },
} as const satisfies Options;

export const brokerUsage = `  --url URL               management API, https://host:port      (default: the local run's, see npm start)
  --ca FILE               PEM of the CA to trust
  --username NAME         an administrator                       (default admin)
  --vhost NAME            virtual host
  --passwords-file FILE   JSON of broker users and passwords     (default: the local run's)
  --state FILE            state file of a local run              (default .local/state.json)
  MQ_PASSWORD             environment variable with the administrator's password`;

export interface BrokerValues {
  readonly url?: string;
  readonly ca?: string;
  readonly username?: string;
  readonly vhost?: string;
  readonly 'passwords-file'?: string;
  readonly state?: string;
}

/** @throws OperatorAccessError */
export function accessFrom(values: BrokerValues): OperatorAccess {
  return operatorAccess({
    url: values.url,
    caFile: values.ca,
    username: values.username,
    password: process.env.MQ_PASSWORD,
    vhost: values.vhost,
    passwordsFile: values['passwords-file'],
    stateFile: values.state ?? stateFile,
  });
}

/** Like `parseArgs`, without positionals. @throws UsageError */
export function parseOptions<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
