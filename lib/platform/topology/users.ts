/** Names of the broker users that the topology derives. Users are global to a broker, so environments that share one need a prefix each. */

/** Tag by which a topology recognises the users that it made for `vhost`; it alters and deletes no others. */
export function ownershipTag(vhost: string): string {
  return `topology:${encodeURIComponent(vhost)}`;
}

/** What the event source mapping of a consumer logs in as: reads the consumer's queues. */
export function mappingUser(consumer: string, prefix = ''): string {
  return `${prefix}${consumer}.mapping`;
}

/** What the function of a consumer logs in as: hands on its own delayed messages and dead letters. */
export function functionUser(consumer: string, prefix = ''): string {
  return `${prefix}${consumer}`;
}

/** Publisher as whom the relay publishes what is in the outbox. */
export const outboxPublisher = 'outbox-relay';
/** Publisher as whom the HTTP API publishes. Deployed brokers know it by this name; it differs from `httpApi` in lib/app.ts for that reason. */
export const httpApiPublisher = 'ingest';

export function publisherUser(publisher: string, prefix = ''): string {
  return `${prefix}${publisher}`;
}

/** What looks at queues and nodes through the management API: reads statistics, and no message. */
export function monitoringUser(prefix = ''): string {
  return `${prefix}monitoring`;
}
