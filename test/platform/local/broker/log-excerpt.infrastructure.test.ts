import { describe, expect, it } from '@jest/globals';
import { logExcerpt } from '../../../../lib/platform/local/broker/log-excerpt.ts';

describe('the excerpt of a log', () => {
  it('is its first complaints, once each and without their time stamps', () => {
    // Captured from RabbitMQ 4.0.5 with a wrong listener, shortened.
    const log = [
      '2026-11-21 00:18:08.041691+00:00 [info] <0.216.0> Running boot step pre_boot',
      '2026-11-21 00:18:08.041691+00:00 [error] <0.153.0> Error preparing configuration in phase transform_datatypes:',
      '2026-11-21 00:18:08.054480+00:00 [error] <0.153.0>   - Error transforming datatype for: listeners.tcp.1',
      '2026-11-21 00:18:08.057470+00:00 [error] <0.153.0> ',
      '2026-11-21 00:18:08.058000+00:00 [error] <0.153.0>   - Error transforming datatype for: listeners.tcp.1',
    ].join('\n');
    expect(logExcerpt(log)).toBe(
      'the first errors in its log:\nError preparing configuration in phase transform_datatypes:\n  - Error transforming datatype for: listeners.tcp.1',
    );
  });

  it('is its end when nothing complained', () => {
    const log = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
    expect(logExcerpt(log).split('\n')).toHaveLength(16);
    expect(logExcerpt(log)).toMatch(/^the end of its log:\nline 85\n[\s\S]*line 99$/);
  });

  it('keeps both ends of a long line', () => {
    const excerpt = logExcerpt(`t [error] <0.1.0> Failed to listen ${'x'.repeat(5000)} eaddrinuse`);
    expect(excerpt).toMatch(/Failed to listen x+…x+ eaddrinuse$/);
    expect(excerpt.length).toBeLessThan(300);
  });

  it('says so when there is none', () => {
    expect(logExcerpt('\n \n')).toBe('it logged nothing');
  });
});
