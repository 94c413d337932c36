import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { answer } from './answer.ts';
import type { CustomResourceEvent, Outcome } from './event.ts';

/** What a custom resource is and does. A rejection becomes the reason that CloudFormation shows. */
export interface CustomResourceOptions {
  /** Names the resource; another name on update makes CloudFormation delete the old one afterwards. Must not fail. */
  readonly physicalResourceId: (event: CustomResourceEvent) => string;
  /** Creates or updates. The signal is raised while there is still time to answer. */
  readonly apply: (
    event: CustomResourceEvent,
    options: { readonly signal: AbortSignal; readonly logger: Logger },
  ) => Promise<Readonly<Record<string, string>>>;
  readonly remove: (event: CustomResourceEvent, options: { readonly logger: Logger }) => Promise<void>;
}

/** Kept back from the function's time for answering, in milliseconds. */
const answerReserve = 30_000;

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
  { physicalResourceId, apply, remove }: CustomResourceOptions,
  event: CustomResourceEvent,
  milliseconds: number,
  logger: Logger,
): Promise<Outcome> => {
  const id = event.RequestType === 'Delete' ? (event.PhysicalResourceId ?? '') : physicalResourceId(event);
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), Math.max(0, milliseconds));
  try {
    const work =
      event.RequestType === 'Delete' ? remove(event, { logger }) : apply(event, { signal: deadline.signal, logger });
    const data = await Promise.race([work, overdue(deadline.signal, milliseconds)]);
    return { status: 'SUCCESS', physicalResourceId: id, data: data ?? {} };
  } catch (error) {
    logger.error(`${event.RequestType} failed`, error instanceof Error ? error : new Error(String(error)));
    return { status: 'FAILED', physicalResourceId: id, reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
};

const overdue = (signal: AbortSignal, milliseconds: number): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () =>
      reject(
        new Error(`not done within ${Math.round(milliseconds / 1000)} s; the function's log says how far it came`),
      ),
    );
  });

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
