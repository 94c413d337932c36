import { describe, expect, it } from '@jest/globals';
import { traceParent } from '../../../lib/messaging/amqp/trace-parent.ts';

const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

describe('the trace of an event', () => {
  it('is continued with a span of its own, sampled or not as before', () => {
    const [version, trace, span, flags] = traceParent(parent).split('-');
    expect([version, trace, flags]).toEqual(['00', '4bf92f3577b34da6a3ce929d0e0e4736', '00']);
    expect(span).toMatch(/^[0-9a-f]{16}$/);
    expect(span).not.toBe('00f067aa0ba902b7');
  });

  it.each([undefined, '', 'x', parent.toUpperCase(), parent.replace(/[1-9a-f]/g, '0'), `${parent}-more`])(
    'is a new one where %s is given',
    (given) => {
      const made = traceParent(given);
      expect(made).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(made).not.toContain('4bf92f3577b34da6');
      expect(traceParent(given)).not.toBe(made);
    },
  );
});
