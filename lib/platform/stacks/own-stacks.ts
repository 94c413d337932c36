import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { App } from 'aws-cdk-lib/core';
import type { Environment } from '../config/environment.ts';
import { OperatorError } from '../config/operator-error.ts';
import type { Broker } from '../constructs/broker.ts';
import { BrokerPublisher } from '../constructs/broker-publisher.ts';
import { privateSubnets } from '../constructs/private-subnets.ts';
import type { Application } from '../declaration/application.ts';
import type { ProcessingStack } from './processing-stack.ts';

type NameIn<Declared> = keyof NonNullable<Declared> & string;

/** What stacks of yours get of the application `A`. */
export interface Platform<A extends Application = Application> {
  /** Where your stacks belong: `new Stack(platform.app, platform.stackName('shop'))`. */
  readonly app: App;
  readonly environment: Environment;
  /** Name of a stack beside the others: `events-dev-shop`. */
  stackName(part: string): string;
  /** The network of broker and functions. */
  readonly vpc: IVpc;
  /** Subnets from which the broker can be reached; those of the functions. */
  readonly subnets: SubnetSelection;
  /** Somebody in `publishers` of `lib/app.ts`. @throws UnknownNameError */
  publisher(name: NameIn<A['publishers']>): BrokerPublisher;
  /** One of `tables` in `lib/app.ts`. @throws UnknownNameError */
  table(name: NameIn<A['tables']>): ITable;
  /** For bodies that are too large for the broker: `CLAIM_CHECK_BUCKET`. */
  readonly claimCheckBucket: IBucket;
  /** `OUTBOX_TABLE`. @default the application has no outbox */
  readonly outboxTable?: ITable;
}

/** Adds stacks of yours to those of an environment. */
export type AddStacks<A extends Application = Application> = (platform: Platform<A>) => void;

/** `lib/app.ts` has nothing of that name. */
export class UnknownNameError extends OperatorError {
  override readonly name = 'UnknownNameError';
}

export interface PlatformParts {
  readonly app: App;
  readonly environment: Environment;
  readonly application: Application;
  readonly stackName: (part: string) => string;
  readonly broker: Broker;
  readonly processing: ProcessingStack;
}

export const platformOf = ({ application, broker, processing, ...parts }: PlatformParts): Platform => ({
  ...parts,
  vpc: broker.vpc,
  subnets: privateSubnets(broker.vpc),
  publisher: (name) => {
    const { publishers = {} } = application;
    if (!Object.hasOwn(publishers, name)) throw unknown('publisher', name, Object.keys(publishers));
    return new BrokerPublisher(name, broker, processing.topology);
  },
  table: (name) => {
    const table = processing.tables.get(name);
    if (!table) throw unknown('table', name, [...processing.tables.keys()]);
    return table;
  },
  claimCheckBucket: processing.claimChecks.bucket,
  outboxTable: processing.outbox?.table,
});

const unknown = (what: string, name: string, known: readonly string[]): UnknownNameError =>
  new UnknownNameError(
    `lib/stacks.ts: ${what} '${name}' is not in lib/app.ts, which has ${known.join(', ') || 'none'}`,
  );
