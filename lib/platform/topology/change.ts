import type { ActualBinding, ActualQueue, ActualUser } from './actual.ts';
import type { Binding, Exchange, Permission, Policy, Queue, TopicPermission, User, Vhost } from './model.ts';

interface Kinds {
  vhost: { desired: Vhost; actual: Vhost };
  exchange: { desired: Exchange; actual: Exchange };
  queue: { desired: Queue; actual: ActualQueue };
  binding: { desired: Binding; actual: ActualBinding };
  policy: { desired: Policy; actual: Policy };
  user: { desired: User; actual: ActualUser };
  permission: { desired: Permission; actual: Permission };
  topicPermission: { desired: TopicPermission; actual: TopicPermission };
}

export type Kind = keyof Kinds;
export type Desired<K extends Kind> = Kinds[K]['desired'];
export type Actual<K extends Kind> = Kinds[K]['actual'];

export interface Difference {
  readonly property: string;
  readonly actual: unknown;
  readonly desired: unknown;
}

interface Named<K extends Kind> {
  readonly kind: K;
  /** For people, unique within its kind: `events -> fulfil-order (order.placed)`. */
  readonly name: string;
}

export type ChangeOf<K extends Kind> = Named<K> &
  (
    | { readonly action: 'create'; readonly desired: Desired<K> }
    | {
        readonly action: 'update';
        readonly desired: Desired<K>;
        readonly actual: Actual<K>;
        readonly differences: readonly Difference[];
      }
    /** Differs in what can't be changed in place. Never acted upon: `reason` says what to do. */
    | {
        readonly action: 'conflict';
        readonly desired: Desired<K>;
        readonly actual: Actual<K>;
        readonly differences: readonly Difference[];
        readonly reason: string;
      }
    | { readonly action: 'delete'; readonly actual: Actual<K> }
    /** Not declared, but stays: `reason` says why. */
    | { readonly action: 'keep'; readonly actual: Actual<K>; readonly reason: string }
    /** Not declared, and cannot be left alone either: nothing of the plan may be done. `reason` says what to do. */
    | { readonly action: 'refuse'; readonly actual: Actual<K>; readonly reason: string }
    | { readonly action: 'unchanged'; readonly desired: Desired<K>; readonly actual: Actual<K> }
  );

/** One line of a plan. */
export type TopologyChange = { [K in Kind]: ChangeOf<K> }[Kind];

/** Whether applying a plan would do, or refuse, anything. */
export function hasChanges(plan: readonly TopologyChange[]): boolean {
  return plan.some(({ action }) => action !== 'unchanged' && action !== 'keep');
}
