import { describe, expect, it } from '@jest/globals';
import { variableProblems } from '../../../lib/platform/constructs/function-variables.ts';

describe('environment variables of a function', () => {
  it('are fine as long as Lambda takes them', () => {
    expect(variableProblems('orders', { TABLE: { Ref: 'Orders' }, POLICY: 'x'.repeat(3900) })).toEqual([]);
  });

  it('that outgrow what Lambda takes fail at synthesis, which names the largest, its size and the limit', () => {
    const mappings = Array.from({ length: 80 }, (_, index) => ({ [`consumer-${index}`]: 'u'.repeat(36) }));
    const variables = { TABLE: { Ref: 'T' }, MAPPINGS: JSON.stringify(mappings) };
    const [problem, ...others] = variableProblems('consumer-control', variables);
    expect(others).toEqual([]);
    expect(problem).toBe(
      'the environment variables of function consumer-control take about 4554 bytes, MAPPINGS 4399 of them; Lambda takes 4096. Give what grows with the application to the function as its configuration, which is bundled as a file',
    );
  });

  it('are counted in bytes, and what only the deployment knows as an ARN', () => {
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`NAME_${index}`, { Ref: 'x' }]));
    expect(variableProblems('orders', unknown)).toHaveLength(1);
    expect(variableProblems('orders', { TEXT: 'ä'.repeat(2048) })).toHaveLength(1);
  });
});
