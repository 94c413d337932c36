import { describe, expect, it } from '@jest/globals';
import { consumerQueues, deadLetterQueuesOf } from '../../../lib/platform/topology/consumer-queues.ts';
import type { ConsumerDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { expandConsumer } from '../../../lib/platform/topology/expand-consumer.ts';

const shards = { count: 4, by: { header: 'plate' } } as const;

describe('the dead-letter queues of consumed queues', () => {
  it.each([
    [{ bindings: [] }],
    [{ bindings: [], shards }],
    [{ bindings: [], shards, formerQueues: ['pay', 'pay.shard-7'] }],
  ] as [ConsumerDeclaration][])('are the ones that the topology declares, each once: %j', (declared) => {
    const read = consumerQueues('pay', declared);
    const others = expandConsumer('pay', declared)
      .queues.map(({ name }) => name)
      .filter((name) => !read.includes(name));
    expect(deadLetterQueuesOf(read)).toEqual(others);
  });
});
