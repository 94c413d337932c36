import { describe, expect, it } from '@jest/globals';
import { jsonErrorPosition } from '../../../../lib/platform/runtime/decode/json-position.ts';

describe('the position of what makes a text not JSON', () => {
  it.each([
    ['{"a":"b\\n\\u00e9\\"c"}', -1],
    ['{"a":"b', 5],
    ['{"a":"b\\x"}', 5],
    ['{"a":"tab\there"}', 5],
    ['["😀", 1,]', 9],
    ['{"a" 1}', 5],
    ['', 0],
  ])('%j: %i', (text, position) => {
    expect(jsonErrorPosition(text)).toBe(position);
  });

  it('is found behind strings of many megabytes', () => {
    const long = `{"text":"${'\\n'.repeat(8_000_000)}"`;
    expect(jsonErrorPosition(`${long},nope}`)).toBe(long.length + 1);
  });
});
