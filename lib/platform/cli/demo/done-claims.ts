import { turnOf } from '../../runtime/claims/claim-store.ts';
import { type Item, orderPrefix, recordOf } from '../../runtime/claims/dynamodb-claim-item.ts';
import type { FoundMessage } from './ledger.ts';

const turnsPerRedrive = turnOf(0, 1);

/**
 * The messages that the claim table calls done, by consumer; a consumer of which none is done is left out.
 * A claim's key is `<consumer>#<message id>`.
 */
export const doneClaims = (items: readonly Item[]): Map<string, FoundMessage[]> => {
  const done = new Map<string, FoundMessage[]>();
  for (const item of items) {
    // Who waits of an order key, which is no claim.
    if (item.id?.S?.startsWith(orderPrefix)) continue;
    const { state, turn } = recordOf(item);
    const key = item.id?.S ?? '';
    const separator = key.indexOf('#');
    const consumer = key.slice(0, separator);
    if (state !== 'DONE') continue;
    const messages = done.get(consumer) ?? [];
    done.set(consumer, messages);
    messages.push({ id: key.slice(separator + 1), attempt: turn % turnsPerRedrive });
  }
  return done;
};
