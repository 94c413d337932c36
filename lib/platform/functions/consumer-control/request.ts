/** What the function is asked for: by the schedule, to look after all consumers; by an operator, the rest. */
export type ControlRequest =
  | { readonly action: 'look' }
  | { readonly action: 'status' /** @default all */; readonly consumer?: string }
  | { readonly action: 'pause' | 'resume'; readonly consumer: string; readonly reason: string };

/** The event is none that this function knows. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
}

/** @throws InvalidRequestError */
export function parseRequest(event: unknown): ControlRequest {
  const { source, action, consumer, reason } = (event ?? {}) as Readonly<Record<string, unknown>>;
  if (source === 'aws.events') return { action: 'look' };
  if (action === 'status' && (consumer === undefined || typeof consumer === 'string')) return { action, consumer };
  if ((action === 'pause' || action === 'resume') && typeof consumer === 'string')
    return { action, consumer, reason: typeof reason === 'string' && reason !== '' ? reason : `${action}d by hand` };
  throw new InvalidRequestError(
    `event ${JSON.stringify(event)?.slice(0, 200)}; it must be {"action":"pause"|"resume"|"status","consumer":"…","reason":"…"} or a scheduled event`,
  );
}
