import { Logger } from '@aws-lambda-powertools/logger';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { createPublisher } from '../amqp/amqp-publisher.ts';
import { connectionSettings } from '../amqp/connection-settings.ts';
import { createEventPublisher } from '../amqp/event-publisher.ts';
import { ConfigurationError } from '../errors.ts';
import { requiredVariable } from '../required-variable.ts';
import { type AcceptedEvents, acceptEvent, type RequestReport } from './accept-event.ts';
import { brokerEventSink } from './broker-event-sink.ts';
import type { EventSink } from './event-sink.ts';
import { keepingEventSink } from './keeping-event-sink.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface HttpApiOptions {
  /** What may be published, by type; also the routing key. */
  readonly events: AcceptedEvents;
  /** Where events go. @default the broker, with a wait for its confirm; where there is an outbox, that when the broker is away */
  readonly sink?: EventSink;
  /** @default process.env */
  readonly environment?: Environment;
}

/** Handler of an HTTP API's route `POST /events/{type}` (payload format 2.0). */
export type HttpApiHandler = (
  request: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Lambda's limit for the payload of an invocation, in bytes, which body, headers and all must keep. */
const lambdaLimit = 6_291_456;
/** Callers wait, and each of them keeps an execution environment and a connection: better a 503 soon than one late. In milliseconds. */
const patience = 8000;
/** Kept back of the function's time for the answer. In milliseconds. */
const answerReserve = 1000;

/**
 * The handler of the HTTP API for events. Answers every request: 202 with the message id once the event is safe, else problem details.
 *
 * @throws ConfigurationError, InvalidConnectionSettingsError naming the environment variable that is missing or wrong, at once
 */
export function httpApi({ events, sink, environment = process.env }: HttpApiOptions): HttpApiHandler {
  const logger = new Logger();
  const target = sink ?? brokerSink(environment, logger);
  // With a bucket, what Lambda takes is the limit.
  const maximumBodyBytes = environment[FunctionEnvironment.claimCheckBucket]
    ? Math.max(lambdaLimit, messageLimit(environment))
    : messageLimit(environment);
  return (request, context) => {
    logger.addContext(context);
    return acceptEvent(request, {
      events,
      sink: target,
      maximumBodyBytes,
      deadline: Date.now() + Math.min(patience, context.getRemainingTimeInMillis() - answerReserve),
      onSettled: (report) => log(logger, report),
    });
  };
}

function brokerSink(environment: Environment, logger: Logger): EventSink {
  const publisher = createPublisher(connectionSettings({}, environment), {
    log: logger,
    maximumBodyBytes: messageLimit(environment),
  });
  const target = {
    exchange: requiredVariable(FunctionEnvironment.eventExchange, 'it names the exchange for events', environment),
    appId: environment.POWERTOOLS_SERVICE_NAME,
  };
  const events = createEventPublisher({
    publisher,
    ...target,
    claimCheck: {
      bucket: environment[FunctionEnvironment.claimCheckBucket],
      aboveBytes: messageLimit(environment),
    },
  });
  const tableName = environment[FunctionEnvironment.outboxTable];
  if (!tableName) return brokerEventSink(events);
  return keepingEventSink(events, async () => {
    // DynamoDB's client is loaded when the broker is away, not before.
    const { createOutbox } = await import('../outbox/outbox.ts');
    return createOutbox({ tableName, ...target });
  });
}

function messageLimit(environment: Environment): number {
  const name = FunctionEnvironment.maximumMessageBytes;
  const bytes = Number(requiredVariable(name, 'it says how many bytes the broker takes', environment));
  if (!Number.isInteger(bytes) || bytes < 1)
    throw new ConfigurationError(`environment variable ${name} is ${environment[name]}; it must be a number of bytes`);
  return bytes;
}

function log(logger: Logger, { status, error, detail, traceId, ...report }: RequestReport): void {
  const keys = { ...report, status, ...(traceId === undefined ? {} : { trace_id: traceId }) };
  if (status < 400) logger.info('event accepted', keys);
  else if (status < 500) logger.info('request refused', { ...keys, detail });
  else logger.error('event not accepted', { ...keys, detail, ...(error && { error }) });
}
