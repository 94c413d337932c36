import type { ConsumerStatus } from '../../../operations/circuit/control-consumers.ts';
import { printable } from '../../printable.ts';

const time = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

/** A line for each consumer and one for each of its mappings. */
export function renderStatuses(statuses: readonly ConsumerStatus[]): string {
  const width = Math.max(...statuses.map(({ consumer }) => consumer.length), 0);
  const lines = statuses.flatMap((status) => [
    `${status.consumer.padEnd(width)}  ${[meaning(status), ...details(status)].join('; ')}`,
    ...status.mappings.map(
      ({ id, queue, state, reason, lastResult }) =>
        `${' '.repeat(width)}  mapping ${id} of ${queue}: ${[state, reason, lastResult].filter(Boolean).join(', ')}`,
    ),
  ]);
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function meaning({ state, mappings, unmapped }: ConsumerStatus): string {
  if (state === 'paused') return 'paused, gets no messages';
  if (state === 'open') return 'circuit open, gets no messages';
  if (unmapped.length > 0) return `nothing reads ${unmapped.join(', ')}: deploy again to have an event source mapping`;
  if (mappings.some((mapping) => mapping.failing && mapping.state === 'Disabled'))
    return 'a mapping is disabled, and not by us: mend what is wrong, then resume';
  if (mappings.some(({ lastResult }) => lastResult?.startsWith('PROBLEM: Connection error')))
    return 'gets no messages: a mapping cannot reach the broker';
  return state === 'half-open' ? 'on trial, gets messages again' : 'gets messages';
}

/** Of a circuit that has always been closed there is nothing to tell. */
function details({ state, since, until, reason }: ConsumerStatus): string[] {
  if (state === 'closed' && reason === undefined) return [];
  return [
    `since ${time(since)}`,
    ...(until === undefined ? [] : [`tries again at ${time(until)}`]),
    ...(reason === undefined ? [] : [reason]),
  ];
}
