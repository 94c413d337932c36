import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  readReference,
  referenceHeaders,
  referenceTo,
} from '../../../../lib/platform/runtime/claim-check/reference.ts';
import { anyCharacter } from '../../support/any-character.ts';

const body = Buffer.from('a large body');
const reference = referenceTo('events', 'id-1', body);
const headers = referenceHeaders(reference);

describe('the reference to a body', () => {
  it('names exchange, message and the beginning of its SHA-256', () => {
    expect(reference).toEqual({
      key: `events/id-1-${reference.sha256.slice(0, 16)}`,
      sha256: reference.sha256,
      bytes: 12,
    });
    expect(reference.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('comes back from the headers of the message, whatever exchange and id are called', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter }),
        fc.string({ unit: anyCharacter, minLength: 1 }),
        (exchange, id) => {
          const any = referenceTo(exchange, id, body);
          expect(readReference(referenceHeaders(any), id)).toEqual(any);
          expect(Buffer.byteLength(any.key)).toBeLessThanOrEqual(1024);
          expect(any.key.split('/')).toHaveLength(2);
          expect(any.key).not.toMatch(/^\.+\//);
        },
      ),
    );
  });

  it('has a key that S3 takes also where exchange and id are as long as AMQP lets them be', () => {
    const long = referenceTo('ß'.repeat(127), '語'.repeat(85), body);
    expect(long.key.length).toBeLessThanOrEqual(1024);
    expect(readReference(referenceHeaders(long), '語'.repeat(85))).toEqual(long);
  });
});

test.each([
  ['another message', 'events/id-2-'],
  ['a way up', '../id-1-'],
  ['a lone dot', './id-1-'],
  ['a deeper folder', 'events/more/id-1-'],
  ['no folder', 'id-1-'],
  ['an empty folder', '/id-1-'],
  ['another bucket', 'arn:aws:s3:::other/id-1-'],
  ['a query', 'events?x=y/id-1-'],
])('a header cannot point to %s', (_, start) => {
  const key = start + reference.sha256.slice(0, 16);
  expect(() => readReference({ ...headers, 'x-claim-check-key': key }, 'id-1')).toThrow('header x-claim-check-key is');
});

test.each([
  ['x-claim-check-key', 7],
  ['x-claim-check-sha256', reference.sha256.toUpperCase().replace('0', 'G')],
  ['x-claim-check-sha256', null],
  ['x-claim-check-bytes', -1],
  ['x-claim-check-bytes', 'many'],
])('what is wrong with header %s is said by its name', (name, value) => {
  expect(() => readReference({ ...headers, [name]: value }, 'id-1')).toThrow(`header ${name} is`);
});

test('a message without an id of its own cannot refer to a body', () => {
  expect(() => readReference(headers, undefined)).toThrow('the message has no message id');
});
