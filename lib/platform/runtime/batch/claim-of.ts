import type { Batch } from './batch.ts';
import type { Delivery } from './delivery.ts';

/**
 * What a delivery's claim is kept under, and by whom. Each delivery is an owner of its own: a batch may hold several copies of one
 * message, and settling the claim of one must not settle that of another. It is another owner each time that it asks for its claim: the store may
 * carry out a request after the client has sent it again, and what gave the first claim back must not give back the second.
 */
export const claimOf = (
  delivery: Delivery,
  { consumer, owner }: Batch,
): { readonly key: string; readonly owner: string } => ({
  key: `${consumer.name}#${delivery.id}`,
  // What somebody else gave up is forwarded in his name.
  owner: delivery.givenUpBy ?? `${owner}/${delivery.index}/${delivery.timesAsked}`,
});
