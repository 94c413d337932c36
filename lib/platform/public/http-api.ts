export type { AcceptedEvents } from '../runtime/ingest/accept-event.ts';
export type { IngestHandler as HttpApiHandler, IngestOptions as HttpApiOptions } from '../runtime/ingest/ingest.ts';
export { ingest as httpApi } from '../runtime/ingest/ingest.ts';
