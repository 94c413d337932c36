import { expect, it } from '@jest/globals';
import { concerns } from '../../../../lib/platform/cli/start/concerns.ts';

const files = new Set(['functions/fulfil-order/handler.ts', 'functions/events.ts']);

it.each<[string, string, boolean]>([
  ['one of the files', 'functions/events.ts', true],
  ['a folder that one of them is in', 'functions/fulfil-order', true],
  ['a folder above that', 'functions', true],
  ['another file', 'functions/audit-log/handler.ts', false],
  ['a folder whose name begins like another', 'functions/fulfil', false],
])('a change of %s', (_what, path, expected) => {
  expect(concerns(new Set(['README.md', path]), files)).toBe(expected);
});

it('any change, where nobody knows the files', () => {
  expect(concerns(new Set(['README.md']), undefined)).toBe(true);
});
