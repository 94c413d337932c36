import { parseArgs } from 'node:util';
import { type FailureVerb, failureVerbs } from '../../local/mapping/failure-verb.ts';

export interface DemoOptions {
  /** Number of events to generate; ignored with `input`. */
  readonly events: number;
  readonly seed: number;
  /** A file of events, or `-` for standard input. */
  readonly input?: string;
  readonly json: boolean;
  readonly chaos?: Chaos;
  /** What the mapping does with a batch whose function failed. */
  readonly failureVerb: FailureVerb;
}

export const chaosKinds = ['kill', 'hang'] as const;
export type Chaos = (typeof chaosKinds)[number];

const maximumEvents = 100_000;
const maximumSeed = 2 ** 32 - 1;

export const usage = `npm run demo [-- options]

Publishes events like the examples in functions/events.ts to a real RabbitMQ, runs the synthesized functions on
them, lets some fail on purpose, and prints a ledger counted from the broker, the tables and the dead-letter
queues. Exit code 0 only when every event is accounted for.

  --events N              how many events to make up, 1 to ${maximumEvents} (default 1000)
  --seed S                the same seed makes the same events and faults (default 1)
  --input FILE            your own events instead, one JSON object a line; - reads standard input:
                          {"type":"order.placed","data":{…}}
                          or bodyBase64 instead of data; also id, exchange, routingKey, contentType,
                          contentEncoding, correlationId, priority, headers
  --chaos kill            kill function processes with SIGKILL while they hold a batch
  --chaos hang            a handler of each consumer hangs until its function has no more time
  --failure-verb VERB     what the mapping does with a failed batch: ${failureVerbs.join(', ')} (default nack)
  --json                  print one JSON document instead of the tables
  --help                  print this text

The broker: RABBITMQ_URL if set (see npm start -- --help), otherwise a private RabbitMQ that is removed at the end.
`;

/** An argument that cannot be used; the message is meant for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line.
 * @returns `'help'` where the usage text was asked for
 * @throws {UsageError} names the option, the value and what it takes
 */
export const parseOptions = (argv: readonly string[]): DemoOptions | 'help' => {
  const values = readArguments(argv);
  if (values.help) return 'help';
  if (values.input !== undefined && values.events !== undefined)
    throw new UsageError('--events makes events up and --input reads them: give one of the two');
  return {
    events: integer('--events', values.events ?? '1000', 1, maximumEvents),
    seed: integer('--seed', values.seed ?? '1', 0, maximumSeed),
    json: values.json ?? false,
    failureVerb: oneOf('--failure-verb', values['failure-verb'] ?? 'nack', failureVerbs),
    ...(values.input !== undefined && { input: values.input }),
    ...(values.chaos !== undefined && { chaos: oneOf('--chaos', values.chaos, chaosKinds) }),
  };
};

const readArguments = (argv: readonly string[]) => {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        events: { type: 'string' },
        seed: { type: 'string' },
        input: { type: 'string' },
        json: { type: 'boolean' },
        chaos: { type: 'string' },
        'failure-verb': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

const integer = (option: string, text: string, minimum: number, maximum: number): number => {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new UsageError(`${option} is '${text}'; it takes a whole number from ${minimum} to ${maximum}`);
};

const oneOf = <Choice extends string>(option: string, text: string, choices: readonly Choice[]): Choice => {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`${option} is '${text}'; it takes ${choices.join(', ')}`);
};
