import { ClaimsUnavailableError, ForwardingError, type UnconfirmedCopy } from '../errors.ts';
import type { Delivery } from './delivery.ts';
import type { Fate } from './fate.ts';

/** Why a batch comes back whose copies were not all confirmed. */
export const forwardingError = (unconfirmed: readonly UnconfirmedCopy[], batchSize: number): ForwardingError =>
  new ForwardingError(
    `${unconfirmed.length} copies of failed messages were not confirmed, so the whole batch of ${batchSize} has to come back: ${mostly(unconfirmed.map(({ reason }) => reason))}`,
    unconfirmed,
  );

/** Of the messages that the claim store was asked about. Below that, it is single messages that are in trouble. */
const nearlyAll = 0.9;

/**
 * The error of a batch for which the claim store gave nearly no answers. Its messages come back with it instead of being put off: otherwise
 * they would go round for ever, and no metric of the function would tell.
 */
export function claimsUnavailable(
  deliveries: readonly Delivery[],
  batchSize: number,
): ClaimsUnavailableError | undefined {
  const refused = deliveries.filter(({ fate }) => isWithoutClaim(fate));
  if (refused.length === 0) return undefined;
  // A duplicate of one in the same batch, say, needs no answer of the store.
  const asked = deliveries.filter(({ timesAsked }) => timesAsked > 0).length;
  if (refused.length < asked * nearlyAll) return undefined;
  for (const delivery of refused) delivery.copyRefused();
  const reasons = mostly(refused.map(({ fate }) => (fate && 'failure' in fate ? fate.failure.error.message : '')));
  return new ClaimsUnavailableError(
    `the claim store gave no answer for ${refused.length} of ${asked} messages, so the whole batch of ${batchSize} has to come back: ${reasons}`,
  );
}

const isWithoutClaim = (fate: Fate | undefined): boolean =>
  fate?.kind === 'deferred' && fate.cause === 'claims-unavailable';

/** The three most frequent texts, and how often each came. */
function mostly(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([text, count]) => `${count} × ${text.slice(0, 300)}`)
    .join('; ');
}
