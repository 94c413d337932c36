/**
 * Names of the environment variables through which a stack configures the functions it deploys.
 * The constructs write them, `lib/platform/runtime` reads them; nothing else passes between the two.
 */
export const FunctionEnvironment = {
  /** Comma-separated `amqps://host:port` addresses of the broker, without credentials. */
  brokerEndpoints: 'BROKER_ENDPOINTS',
  /** ARN of the Secrets Manager secret `{"username","password"}` of this function's own broker user. */
  brokerSecretArn: 'BROKER_SECRET_ARN',
  /** File with the PEM of the certificate authority to trust for the broker. Absent where the system's own do, as on AWS. */
  brokerCaFile: 'BROKER_CA_FILE',
  /** Virtual host, unescaped, e.g. `/` or `events`. */
  brokerVhost: 'BROKER_VHOST',
  /** Name of the DynamoDB table that holds the claims. */
  claimTable: 'CLAIM_TABLE',
  /** Name of the DynamoDB table that holds the outbox. */
  outboxTable: 'OUTBOX_TABLE',
  /** JSON of a `RetrySettings`; the retry policy of consumers that do not set their own. */
  retryPolicy: 'RETRY_POLICY',
  /** Exchange to which events that come in over HTTP are published. */
  eventExchange: 'EVENT_EXCHANGE',
  /** Largest message that the broker takes, in bytes. */
  maximumMessageBytes: 'BROKER_MAXIMUM_MESSAGE_BYTES',
  /** Name of the S3 bucket for bodies that are too large for the broker. Absent where there is none. */
  claimCheckBucket: 'CLAIM_CHECK_BUCKET',
  /** ARN of the broker. */
  brokerArn: 'BROKER_ARN',
  /** `https://…` of the broker's management API. */
  managementUrl: 'BROKER_MANAGEMENT_URL',
  /** ARN of the administrator's secret; for rotation only. */
  adminSecretArn: 'BROKER_ADMIN_SECRET_ARN',
  /** Name of the DynamoDB table in which consumers say how they fare, for the circuit breaker. Absent where a consumer has none. */
  healthTable: 'HEALTH_TABLE',
  /** Name of the DynamoDB table with the state of each consumer's circuit. */
  circuitTable: 'CIRCUIT_TABLE',
  /** Name of the DynamoDB table with what is known of the queues from one minute to the next. */
  queueTrackTable: 'QUEUE_TRACK_TABLE',
} as const;

/** Variable that tells a function where a secret of yours is: `WEBHOOK_KEY` is at `SECRET_WEBHOOK_KEY`. */
export const secretVariable = (secret: string): string => `SECRET_${secret}`;

/** Whether functions have a variable of this name already, from the stacks or from Lambda. */
export const isTaken = (variable: string): boolean =>
  /^(AWS|LAMBDA|TABLE|SECRET)_/.test(variable) || taken.has(variable);

const taken: ReadonlySet<string> = new Set([
  ...Object.values(FunctionEnvironment),
  'NODE_OPTIONS',
  'POWERTOOLS_METRICS_NAMESPACE',
  'POWERTOOLS_SERVICE_NAME',
]);

/** Variable that names a table of the application to a function that may use it: `AuditLog` is `TABLE_AUDIT_LOG`. */
export const tableVariable = (table: string): string =>
  `TABLE_${table.replace(/([a-z0-9])(?=[A-Z])/g, '$1_').toUpperCase()}`;
