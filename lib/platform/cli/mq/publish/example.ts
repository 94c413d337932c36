import type { Events } from '../../../declaration/event.ts';
import { UsageError } from '../command.ts';
import type { Input } from './options.ts';

/**
 * The example of an event, as data.
 * @throws UsageError for a type that is not declared, with those that are
 */
export const exampleOf = (events: Events, type = ''): Input & { readonly kind: 'data' } => {
  const declared = Object.hasOwn(events, type) ? events[type] : undefined;
  if (!declared)
    throw new UsageError(
      `functions/events.ts has no event '${type}', and so no example of it; it has ${Object.keys(events).join(', ') || 'none'}`,
    );
  return { kind: 'data', json: JSON.stringify(declared.example) };
};
