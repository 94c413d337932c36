import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { answer } from './answer.ts';
import type { CustomResourceEvent, Outcome } from './event.ts';

/** Attributes of the resource. */
type Data = Readonly<Record<string, string>>;

export interface ApplyContext {
  readonly logger: Logger;
  /** Raised when the time is up; there is then still time to answer. */
  readonly signal: AbortSignal;
  /** Time for work, now: until shortly before the signal, so that what cannot be done in time still can say why. */
  readonly remainingSeconds: () => number;
}

/** What a custom resource does. A rejection becomes the reason that CloudFormation shows. */
export interface CustomResourceOptions {
  /** Creates or updates. */
  readonly apply: (event: CustomResourceEvent, context: ApplyContext) => Promise<Data>;
  readonly remove: (event: CustomResourceEvent, context: ApplyContext) => Promise<Data>;
  /**
   * What the resource is, in a few characters. Where it changes, CloudFormation removes what was before once the update is through and what is no longer
   * in the template is gone; that is a `Delete` with the properties of before. @default the same for the stack's whole life
   */
  readonly version?: (properties: CustomResourceEvent['ResourceProperties']) => string;
}

/** Kept back from the function's time for answering, in milliseconds. */
const answerReserve = 30_000;
/** Between the end of the time for work and the signal, in milliseconds. */
const reasonReserve = 1000;

/**
 * Lambda handler of a CloudFormation custom resource: answers every request once, also when `apply` fails, throws what is no error, or does
 * not settle in time.
 */
export const customResource =
  (options: CustomResourceOptions) =>
  async (event: CustomResourceEvent, context: Context): Promise<void> => {
    const logger = new Logger();
    logger.addContext(context);
    const outcome = await settle(options, event, context.getRemainingTimeInMillis() - answerReserve, logger);
    logger.info(`${event.RequestType} ${outcome.status}`, { logicalResourceId: event.LogicalResourceId, outcome });
    await answer(event, outcome);
  };

const settle = async (
  { apply, remove, version }: CustomResourceOptions,
  event: CustomResourceEvent,
  milliseconds: number,
  logger: Logger,
): Promise<Outcome> => {
  // Another name on an update makes CloudFormation delete the one before.
  const current = event.PhysicalResourceId ?? `${event.StackId}/${event.LogicalResourceId}`;
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const overdue = new Error(`not done within ${seconds} s; the function's log says how far it came`);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(overdue), Math.max(0, milliseconds));
  const workUntil = Date.now() + milliseconds - reasonReserve;
  const remainingSeconds = () => Math.max(0, (workUntil - Date.now()) / 1000);
  try {
    const work = event.RequestType === 'Delete' ? remove : apply;
    const data = await Promise.race([
      work(event, { logger, signal: deadline.signal, remainingSeconds }),
      rejectionOf(deadline.signal),
    ]);
    const isVersioned = version !== undefined && event.RequestType !== 'Delete';
    const physicalResourceId = isVersioned
      ? `${event.StackId}/${event.LogicalResourceId}/${version(event.ResourceProperties)}`
      : current;
    return { status: 'SUCCESS', physicalResourceId, data };
  } catch (error) {
    // What the signal stopped fails with errors of its own, which say less.
    const cause = deadline.signal.aborted ? overdue : error;
    logger.error(`${event.RequestType} failed`, cause instanceof Error ? cause : new Error(String(cause)));
    return { status: 'FAILED', physicalResourceId: current, reason: reasonOf(cause) };
  } finally {
    clearTimeout(timer);
  }
};

const rejectionOf = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
