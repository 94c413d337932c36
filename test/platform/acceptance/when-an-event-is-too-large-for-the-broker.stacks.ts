import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { createPublisher } from '../../../lib/platform/runtime/amqp/amqp-publisher.ts';
import { connectionSettingsFromUrl } from '../../../lib/platform/runtime/amqp/connection-settings.ts';
import { createEventPublisher, type EventPublisher } from '../../../lib/platform/runtime/amqp/event-publisher.ts';
import { openClaimCheckBucket } from '../../../lib/platform/runtime/claim-check/s3-claim-check-store.ts';
import { loggedRow, startStacks, takeFrom, until } from '../support/local-run-setting.ts';

let run: LocalRun;
let events: EventPublisher;
let publisher: ReturnType<typeof createPublisher>;

beforeAll(async () => {
  ({ run } = await startStacks());
  const { host, port, ca } = run.broker.address;
  const url = new URL(`amqps://${host}:${port}/${run.vhost}`);
  url.username = 'shop';
  url.password = run.logins.shop ?? '';
  publisher = createPublisher(connectionSettingsFromUrl(url.href, { ca }));
  const bucket = Object.values(run.state.buckets)[0] ?? '';
  const store = openClaimCheckBucket(bucket, {
    endpoint: run.state.endpoints.s3,
    region: run.state.aws.region,
    credentials: run.credentials,
  });
  events = createEventPublisher({ publisher, exchange: 'events', claimCheck: { store } });
});
afterAll(async () => {
  await publisher?.close();
});

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

describe('an event of 2 MB', () => {
  it('reaches its consumer byte for byte, through a broker that takes a quarter of that', async () => {
    const data = randomBytes(2_000_000);
    const result = await events.publish({ type: 'photo.taken', data });
    expect(result).toEqual({ status: 'confirmed', id: expect.any(String) });
    expect(await until('its entry in the log', () => loggedRow(run, result.id))).toMatchObject({
      bytes: { N: '2000000' },
      sha256: { S: sha256Of(data) },
    });
  });

  it('that nobody can handle becomes a small dead letter that says where its body is', async () => {
    const data = { type: 'thing.made', thingId: 'large', parts: 'x'.repeat(2_000_000) };
    const bytes = Buffer.from(JSON.stringify(data));
    const { id, ...result } = await events.publish({ type: 'thing.made', data });
    expect(result).toEqual({ status: 'confirmed' });
    const deadLetter = await until('the dead letter', () => takeFrom(run, 'keep-thing.dead-letter', id));
    const sha256 = sha256Of(bytes);
    expect(deadLetter.content).toHaveLength(0);
    expect(deadLetter.properties).toMatchObject({
      messageId: id,
      headers: {
        'x-dead-letter-reason': 'invalid',
        'x-claim-check-key': `events/${id}-${sha256.slice(0, 16)}`,
        'x-claim-check-sha256': sha256,
        'x-claim-check-bytes': bytes.length,
      },
    });
  });

  it('that refers to nothing is tried again, and in the end a dead letter that says why', async () => {
    const [sha256, id] = ['ab'.repeat(32), 'refers-to-nothing'];
    const [result] = await publisher.publish([
      {
        exchange: 'events',
        routingKey: 'thing.ended',
        properties: { messageId: id, type: 'thing.ended', contentType: 'application/json' },
        headers: {
          'x-claim-check-key': `events/${id}-${sha256.slice(0, 16)}`,
          'x-claim-check-sha256': sha256,
          'x-claim-check-bytes': 1000,
        },
        body: Buffer.alloc(0),
      },
    ]);
    expect(result).toEqual({ status: 'confirmed' });
    const deadLetter = await until('the dead letter', () => takeFrom(run, 'keep-thing.dead-letter', id));
    const { headers = {} } = deadLetter.properties;
    expect(headers).toMatchObject({ 'x-dead-letter-reason': 'exhausted', 'x-attempt': 5 });
    expect(headers['x-exception-message']).toContain(
      `events/${id}-${sha256.slice(0, 16)} could not be read: AccessDenied`,
    );
  });
});
