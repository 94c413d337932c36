/** Headers that this project sets on the copies it forwards. Where Spring AMQP has a name, it is Spring's. */
export const Header = {
  /** Number of the attempt that this copy is for; absent on the first. */
  attempt: 'x-attempt',
  /** How often in this attempt the message was put off because the claim store gave no answer. */
  deferrals: 'x-deferrals',
  /** ISO 8601 time of the first failure. */
  firstFailedAt: 'x-first-failed-at',
  /** ISO 8601 time of the last failure. */
  lastFailedAt: 'x-last-failed-at',
  /** How often the message was replayed from a dead-letter queue. */
  redriveCount: 'x-redrive-count',
  /** Why the message is a dead letter: a `DeadLetterReason`. */
  deadLetterReason: 'x-dead-letter-reason',
  /** Class name of the error. */
  exceptionType: 'x-exception-type',
  exceptionMessage: 'x-exception-message',
  exceptionStacktrace: 'x-exception-stacktrace',
  /** Queue from which the message was consumed. */
  originalQueue: 'x-original-queue',
  originalExchange: 'x-original-exchange',
  originalRoutingKey: 'x-original-routingKey',
  /** Names of headers of the original that had to go so that the table fits into a frame. */
  droppedHeaders: 'x-dropped-headers',
  /** Key in the bucket of a body that was too large to travel itself. */
  claimCheckKey: 'x-claim-check-key',
  /** SHA-256 of that body, in hex. */
  claimCheckSha256: 'x-claim-check-sha256',
  /** Its size. */
  claimCheckBytes: 'x-claim-check-bytes',
} as const;

/** Headers that brokers set and misread on copies: RabbitMQ 3.10 takes a copy that carries them for a cycle and drops it. */
export const isBrokerHeader = (name: string): boolean =>
  name === 'x-death' ||
  name === 'x-delivery-count' ||
  name === 'x-acquired-count' ||
  name.startsWith('x-first-death-') ||
  name.startsWith('x-last-death-');
