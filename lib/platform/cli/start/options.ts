import { parseArgs } from 'node:util';
import { OperatorError } from '../../config/operator-error.ts';
import { type FailureVerb, failureVerbs } from '../../local/mapping/failure-verb.ts';

export interface StartOptions {
  readonly failureVerb: FailureVerb;
  /** Says where the parts of the running one are, and starts none. */
  readonly addresses: boolean;
}

export const usage = `npm start -- [--failure-verb ${failureVerbs.join('|')}]
npm start -- --addresses

Runs the synthesized stacks on this machine until Ctrl-C: RabbitMQ, tables, functions, mappings.
  --failure-verb VERB   what a mapping does with a batch whose function failed (default nack)
  --addresses           says where everything is in the run that is up, and how to publish over HTTP

RABBITMQ_URL=amqps://user:password@host:port/vhost   a broker of your own instead of a private one
RABBITMQ_MANAGEMENT_URL=https://host:port            its management API, where it is not at RabbitMQ's own ports
RABBITMQ_CA_FILE=ca.pem                              the CA to trust for it
RABBITMQ_ACCEPT_UNENCRYPTED=1                        allows amqp:// to another machine
NO_COLOR=1                                           no colours`;

/** An argument that `npm start` does not take. */
export class StartOptionError extends OperatorError {
  override readonly name = 'StartOptionError';
}

/** @returns `'help'` where the usage text was asked for @throws StartOptionError */
export const readOptions = (args: readonly string[]): StartOptions | 'help' => {
  const values = parsed(args);
  if (values.help) return 'help';
  const failureVerb = failureVerbs.find((verb) => verb === values['failure-verb']);
  if (!failureVerb)
    throw new StartOptionError(
      `--failure-verb is ${values['failure-verb']}; one of ${failureVerbs.join(', ')} is needed`,
    );
  return { failureVerb, addresses: values.addresses ?? false };
};

const parsed = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'failure-verb': { type: 'string', default: 'nack' },
        addresses: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new StartOptionError(`${(error as Error).message}\n\n${usage}`, { cause: error });
  }
};
