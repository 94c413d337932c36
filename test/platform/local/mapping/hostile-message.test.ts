import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { Inbox } from '../../../../lib/platform/local/mapping/inbox.ts';
import { encodeMessage } from '../../../../lib/platform/runtime/amqp/message-encoding.ts';
import type { RabbitMqRecord } from '../../../../lib/platform/runtime/decode/event.ts';
import { messageIdOf } from '../../../../lib/platform/runtime/decode/message-id.ts';
import { decodeRecord } from '../../../../lib/platform/runtime/decode/record.ts';
import { InvalidMessageError } from '../../../../lib/platform/runtime/publish-errors.ts';
import {
  bareDeadLetterCopy,
  deadLetterCopy,
  deferredCopy,
  retryCopy,
} from '../../../../lib/platform/runtime/recover/copy.ts';

/** What amqplib reads and writes headers with; it exports neither. */
const require = createRequire(import.meta.url);
const codec = require(join(dirname(require.resolve('amqplib')), 'lib/codec.js')) as {
  decodeFields(bytes: Buffer): Record<string, unknown>;
  encodeTable(buffer: Buffer, table: unknown, offset: number): number;
};

const bigEndian = (value: bigint, bytes: number): Buffer =>
  Buffer.from(
    BigInt.asUintN(bytes * 8, value)
      .toString(16)
      .padStart(bytes * 2, '0'),
    'hex',
  );
const sized = (bytes: Uint8Array): Buffer => Buffer.concat([bigEndian(BigInt(bytes.length), 4), bytes]);
const tagged = (tag: string, bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from(tag), bytes]);

const extremes = (bits: number): fc.Arbitrary<bigint> => {
  const top = 2n ** BigInt(bits);
  const edges = [0n, 1n, top / 2n - 1n, top / 2n, top - 1n, 1_732_400_000_000_000n % top];
  return fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: 0n, max: top - 1n }));
};
const fixed = (tags: string, bytes: number): fc.Arbitrary<Buffer> =>
  fc.tuple(fc.constantFrom(...tags), extremes(bytes * 8)).map(([tag, value]) => tagged(tag, bigEndian(value, bytes)));
const numbers = fc.double().map((value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return tagged('d', bytes);
});
const rawBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
);
const names = fc.oneof(
  fc.constantFrom(
    '',
    '!',
    'value',
    'bytes',
    '__proto__',
    'constructor',
    'CC',
    'BCC',
    'x-attempt',
    'x-death',
    'x-redrive-count',
  ),
  fc.constant('x'.repeat(255)),
  fc.string({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes)),
);
const encodeTable = (entries: readonly (readonly [string | Buffer, Buffer])[]): Buffer =>
  Buffer.concat(
    entries.flatMap(([name, value]) => {
      const bytes = Buffer.from(name as string).subarray(0, 255);
      return [Buffer.from([bytes.length]), bytes, value];
    }),
  );

/** A header value of any AMQP type, as it is on the wire. */
const { value: headerValue } = fc.letrec<{ value: Buffer }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fixed('bBt', 1),
    fixed('su', 2),
    fixed('Iif', 4),
    // Of floats and times this has NaN, the infinities, and all that no Date holds.
    fixed('ldT', 8),
    numbers,
    fc
      .tuple(fc.constantFrom(0, 1, 255), extremes(32))
      .map(([scale, digits]) => tagged('D', Buffer.concat([Buffer.from([scale]), bigEndian(digits, 4)]))),
    fc.constant(Buffer.from('V')),
    rawBytes.map((bytes) => tagged('S', sized(bytes))),
    rawBytes.map((bytes) => tagged('x', sized(bytes))),
    fc.array(tie('value'), { maxLength: 5 }).map((items) => tagged('A', sized(Buffer.concat(items)))),
    fc
      .array(fc.tuple(names, tie('value')), { maxLength: 5 })
      .map((entries) => tagged('F', sized(encodeTable(entries)))),
  ),
}));

const shortText = fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes).toString());
const properties = fc.record(
  {
    contentType: shortText,
    contentEncoding: shortText,
    deliveryMode: fc.nat(255),
    priority: fc.nat(255),
    correlationId: shortText,
    replyTo: shortText,
    expiration: shortText,
    messageId: shortText,
    timestamp: extremes(64).map(Number),
    type: shortText,
    userId: shortText,
    appId: shortText,
    clusterId: shortText,
  },
  { requiredKeys: [] },
);

const delivered = (headers: unknown, others: object, content: Buffer = Buffer.from('{}')): ConsumeMessage =>
  ({ content, fields: { redelivered: false }, properties: { ...others, headers } }) as unknown as ConsumeMessage;

/** The record that a function gets; fails where the mapping refuses the message. */
const recordOf = async (message: ConsumeMessage): Promise<RabbitMqRecord> => {
  const inbox = new Inbox({ size: 1, windowMilliseconds: 0, prefetch: 1 });
  expect(inbox.push(message)).toBeUndefined();
  const [delivery] = (await inbox.next()) ?? [];
  return JSON.parse(delivery?.json ?? '') as RabbitMqRecord;
};

/** Every copy that a message may need, encoded to the last byte; a copy that no client can send has one without the headers. */
const copiesAreSendable = (record: RabbitMqRecord): void => {
  const { raw } = decodeRecord(record, 'orders', '/');
  expect(messageIdOf(raw)).not.toBe('');
  const message = { raw, attempt: 1, redriveCount: 0 };
  const failure = { error: { type: 'Error', message: 'no' }, at: 0 };
  const send = (copy: ReturnType<typeof retryCopy>): void => {
    const { headers } = encodeMessage(copy, { maximumBodyBytes: 1_000_000 });
    codec.encodeTable(Buffer.alloc(65_536), headers, 0);
  };
  for (const copy of [
    retryCopy(message, failure, 1),
    deferredCopy(message, 1),
    deadLetterCopy(message, failure, 'invalid'),
  ])
    try {
      send(copy);
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidMessageError);
      send(bareDeadLetterCopy(message, failure, 'unencodable', String(error)));
    }
};

describe('whatever a message carries', () => {
  it('the mapping makes a record of it, the run time reads that, and every copy can be sent', async () => {
    const table = fc.array(fc.tuple(names, headerValue), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, properties, fc.uint8Array(), async (entries, others, body) => {
        const headers = codec.decodeFields(encodeTable(entries));
        copiesAreSendable(await recordOf(delivered(headers, others, Buffer.from(body))));
      }),
      { numRuns: 500 },
    );
  });

  it('a time beyond those that JavaScript has reaches the function', async () => {
    const headers = { at: { '!': 'timestamp', value: 1_732_400_000_000_000 } };
    const record = await recordOf(delivered(headers, { timestamp: 1_732_400_000_000_000 }));
    expect(record.basicProperties.timestamp).toBe('Aug 3, 54899540, 10:13:20 PM');
    expect(decodeRecord(record, 'orders', '/').raw.headers.at).toBe('Aug 3, 54899540, 10:13:20 PM');
  });

  it('milliseconds in place of seconds stay the time that was published, in copies too', async () => {
    const record = await recordOf(delivered({}, { timestamp: 1_732_400_000_000 }));
    const { raw } = decodeRecord(record, 'orders', '/');
    const copy = retryCopy({ raw, attempt: 1, redriveCount: 0 }, { error: { type: 'E', message: '' }, at: 0 }, 1);
    expect(encodeMessage(copy, { maximumBodyBytes: 1000 }).timestamp).toBe(1_732_400_000_000);
  });

  it('headers nested more deeply than the stack goes are refused, and nothing is thrown', () => {
    let headers: Record<string, unknown> = {};
    for (let depth = 0; depth < 100_000; depth += 1) headers = { a: headers };
    const inbox = new Inbox({ size: 1, windowMilliseconds: 0, prefetch: 1 });
    expect(inbox.push(delivered(headers, {}))).toContain('headers cannot be written as JSON');
    expect(inbox.length).toBe(0);
  });
});
