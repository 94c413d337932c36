import { describe, expect, it } from '@jest/globals';
import { newTrace, traceContext } from '../../../../lib/platform/runtime/trace/trace-context.ts';

/** The example of https://www.w3.org/TR/trace-context/#examples-of-http-traceparent-headers. */
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const parent = `00-${traceId}-${spanId}-01`;

describe('the trace of a message', () => {
  it('is read with what vendors keep beside it', () => {
    expect(traceContext(parent, 'congo=t61rcWkgMzE')).toEqual({
      traceId,
      spanId,
      sampled: true,
      traceparent: parent,
      tracestate: 'congo=t61rcWkgMzE',
    });
    expect(traceContext(`00-${traceId}-${spanId}-00`)).toMatchObject({ sampled: false });
  });

  it('of a later version of the standard is read as far as it is known', () => {
    expect(traceContext(`cc-${traceId}-${spanId}-01-what-the-future-holds`)).toMatchObject({
      traceId,
      spanId,
      traceparent: parent,
    });
    expect(traceContext(`cc-${traceId}-${spanId}-01`)).toMatchObject({ traceId });
    expect(traceContext(`cc-${traceId}-${spanId}-01.more`)).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    7,
    '',
    'x',
    parent.toUpperCase(),
    `ff-${traceId}-${spanId}-01`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `${parent}-more`,
    ` ${parent}`,
  ])('is not taken from %p, and then no state is either', (given) => {
    expect(traceContext(given, 'congo=1')).toBeUndefined();
  });

  it.each([
    ['longer than 512 characters', 'a='.padEnd(513, 'b')],
    ['with line breaks', 'a=b\nc'],
    ['of another type', 7],
  ])('goes on without a state %s', (_, tracestate) => {
    expect(traceContext(parent, tracestate)).not.toHaveProperty('tracestate');
  });

  it('begins anew where nothing led to the message', () => {
    const made = newTrace();
    expect(traceContext(made.traceparent)).toEqual(made);
    expect(newTrace().traceId).not.toBe(made.traceId);
  });
});
