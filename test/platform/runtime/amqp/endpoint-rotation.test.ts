import { describe, expect, it } from '@jest/globals';
import { EndpointRotation } from '../../../../lib/platform/runtime/amqp/endpoint-rotation.ts';

describe('endpoints', () => {
  it('start at a random one, take turns, and stay with the one that works', () => {
    const rotation = new EndpointRotation(['a', 'b', 'c'], 0.5);
    expect(rotation.round()).toEqual(['b', 'c', 'a']);
    rotation.keep('a');
    expect(rotation.round()).toEqual(['a', 'b', 'c']);
  });
});
