import type { Actual, Desired, Difference, Kind } from './change.ts';

/**
 * How objects of one kind are told apart and compared. Properties come normalised: the broker spells out defaults, adds `x-queue-type`
 * to the arguments of queues, and keeps the entries of tables and tags in an order of its own.
 */
export interface Comparison<K extends Kind> {
  /** Same name, same object. */
  name(object: Desired<K> | Actual<K>): string;
  /** What the broker can't change in an existing object. */
  fixed(object: Desired<K> | Actual<K>): Readonly<Record<string, unknown>>;
  /** What can be set anew at any time. */
  changeable(object: Desired<K> | Actual<K>): Readonly<Record<string, unknown>>;
}

const none = () => ({});

export const comparisons: { readonly [K in Kind]: Comparison<K> } = {
  vhost: { name: ({ name }) => name, fixed: none, changeable: none },
  exchange: {
    name: ({ name }) => name,
    fixed: ({ type, durable = true, autoDelete = false, internal = false, arguments: settings = {} }) => ({
      type,
      durable,
      autoDelete,
      internal,
      ...prefixed('arguments', settings),
    }),
    changeable: none,
  },
  queue: {
    name: ({ name }) => name,
    fixed: ({ type = 'quorum', durable = true, autoDelete = false, arguments: settings = {} }) => {
      const { 'x-queue-type': _, ...others } = settings;
      return { type, durable, autoDelete, ...prefixed('arguments', others) };
    },
    changeable: none,
  },
  binding: {
    name: ({ source, destination, destinationType = 'queue', routingKey = '', arguments: conditions = {} }) => {
      const to = destinationType === 'queue' ? destination : `exchange ${destination}`;
      const headers = Object.keys(conditions).length > 0 ? ` ${canonical(conditions)}` : '';
      return `${source} -> ${to}${routingKey === '' ? '' : ` (${routingKey})`}${headers}`;
    },
    fixed: none,
    changeable: none,
  },
  policy: {
    name: ({ name }) => name,
    fixed: none,
    changeable: ({ pattern, applyTo, priority, definition }) => ({
      pattern,
      applyTo,
      priority,
      ...prefixed('definition', definition),
    }),
  },
  user: { name: ({ name }) => name, fixed: none, changeable: ({ tags }) => ({ tags: [...tags].sort() }) },
  permission: {
    name: ({ user }) => user,
    fixed: none,
    changeable: ({ configure, write, read }) => ({ configure, write, read }),
  },
  topicPermission: {
    name: ({ user, exchange }) => `${user} on ${exchange}`,
    fixed: none,
    changeable: ({ write, read }) => ({ write, read }),
  },
};

export function differences(
  actual: Readonly<Record<string, unknown>>,
  desired: Readonly<Record<string, unknown>>,
): Difference[] {
  return [...new Set([...Object.keys(actual), ...Object.keys(desired)])]
    .filter((property) => canonical(actual[property]) !== canonical(desired[property]))
    .map((property) => ({ property, actual: actual[property], desired: desired[property] }));
}

function prefixed(prefix: string, table: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [`${prefix}.${key}`, value]));
}

/** JSON with the keys of every table in order. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      inner !== null && typeof inner === 'object' && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'undefined'
  );
}
