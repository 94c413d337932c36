export type { AcceptedEvents } from '../runtime/http-api/accept-event.ts';
export type { HttpApiHandler, HttpApiOptions } from '../runtime/http-api/http-api.ts';
export { httpApi } from '../runtime/http-api/http-api.ts';
