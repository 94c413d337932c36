import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ClaimRequest, type ClaimStore, turnOf } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { DynamoDbClaimStore } from '../../../../lib/platform/runtime/claims/dynamodb-claim-store.ts';
import { MemoryClaimStore } from '../../../../lib/platform/runtime/claims/memory-claim-store.ts';
import { systemClock } from '../../../../lib/platform/time/clock.ts';
import { type LocalTables, startLocalTables } from '../../local/dynamodb/local-tables.ts';

let tables: LocalTables;
beforeAll(async () => {
  tables = await startLocalTables();
}, 180_000);
afterAll(() => tables.stop());

const key = 'fulfil-order#order-1';
const request = (owner: string, over: Partial<ClaimRequest> = {}): ClaimRequest => ({
  key,
  turn: turnOf(1, 0),
  owner,
  leaseUntil: 10_000,
  ...over,
});

describe.each(['memory', 'DynamoDB'] as const)('a claim in %s', (kind) => {
  let now: number;
  let store: ClaimStore;
  beforeEach(async () => {
    now = 1000;
    store =
      kind === 'memory'
        ? new MemoryClaimStore({ now: () => now, retentionSeconds: 60 })
        : new DynamoDbClaimStore({
            client: tables.client,
            tableName: await tables.table(),
            clock: { ...systemClock, now: () => now },
            retentionSeconds: 60,
          });
  });

  it('is given to the first that asks and keeps others waiting until its lease ends', async () => {
    expect(await store.claim(request('a'))).toEqual({ status: 'claimed' });
    expect(await store.claim(request('b'))).toEqual({ status: 'busy', leaseUntil: 10_000 });
    now = 9_999;
    expect(await store.claim(request('b'))).toMatchObject({ status: 'busy' });
  });

  it('asked for again by the one who holds it is still his, because the first answer may have been lost', async () => {
    await store.claim(request('a'));
    expect(await store.claim(request('a'))).toEqual({ status: 'claimed' });
  });

  it.each(['complete', 'forwarded'] as const)(
    'that ended with %s makes every further copy a duplicate',
    async (end) => {
      await store.claim(request('a'));
      expect(await store[end](key, 'a')).toBe(true);
      const duplicate = { status: 'duplicate', ...(end === 'forwarded' && { handedOn: true }) };
      expect(await store.claim(request('b'))).toEqual(duplicate);
      expect(await store.claim(request('a'))).toEqual(duplicate);
    },
  );

  it('can be settled twice in the same way, but not in another way', async () => {
    await store.claim(request('a'));
    expect(await store.complete(key, 'a')).toBe(true);
    expect(await store.complete(key, 'a')).toBe(true);
    expect(await store.forwarded(key, 'a')).toBe(false);
    expect(await store.release(key, 'a')).toBe(false);
  });

  it('released may be claimed again at once', async () => {
    await store.claim(request('a'));
    await store.release(key, 'a');
    expect(await store.claim(request('b'))).toEqual({ status: 'claimed' });
    expect(await store.release(key, 'a')).toBe(false);
  });

  it('of a retried copy passes a forwarded record, and the original redelivered after that is a duplicate', async () => {
    await store.claim(request('a'));
    await store.forwarded(key, 'a');
    expect(await store.claim(request('b', { turn: turnOf(2, 0) }))).toEqual({ status: 'claimed' });
    expect(await store.claim(request('c'))).toEqual({ status: 'duplicate', handedOn: true });
  });

  it('of a later copy fences off the owner of an earlier one', async () => {
    await store.claim(request('a'));
    expect(await store.claim(request('b', { turn: turnOf(2, 0) }))).toEqual({ status: 'claimed' });
    expect(await store.complete(key, 'a')).toBe(false);
    expect(await store.complete(key, 'b')).toBe(true);
  });

  it('of a replayed dead letter counts as later than any retry, but nothing passes a record that is done', async () => {
    await store.claim(request('a', { turn: turnOf(9_999, 0) }));
    await store.forwarded(key, 'a');
    expect(await store.claim(request('b', { turn: turnOf(1, 1) }))).toEqual({ status: 'claimed' });
    await store.complete(key, 'b');
    expect(await store.claim(request('c', { turn: turnOf(1, 2) }))).toEqual({ status: 'duplicate' });
  });

  describe('whose owner vanished', () => {
    beforeEach(async () => {
      await store.claim(request('a'));
      now = 10_000;
    });

    it('is a suspect that one other may take over, and the vanished owner can do nothing any more', async () => {
      expect(await store.claim(request('b'))).toEqual({ status: 'suspect', crashes: 1, owner: 'a' });
      expect(await store.takeOver(request('b', { leaseUntil: 20_000 }), 'a')).toBe(true);
      expect(await store.takeOver(request('c', { leaseUntil: 20_000 }), 'a')).toBe(false);
      expect(await store.complete(key, 'a')).toBe(false);
      expect(await store.release(key, 'a')).toBe(false);
      expect(await store.complete(key, 'b')).toBe(true);
    });

    it('taken over twice by the same owner is taken over once, because the first answer may have been lost', async () => {
      await store.takeOver(request('b', { leaseUntil: 20_000 }), 'a');
      expect(await store.takeOver(request('b', { leaseUntil: 20_000 }), 'a')).toBe(true);
      now = 20_000;
      expect(await store.claim(request('c'))).toEqual({ status: 'suspect', crashes: 2, owner: 'b' });
    });

    it('says the order key that was noted while somebody held it, who may have vanished since', async () => {
      expect(await store.noteOrderKey(key, 'b', 'not mine')).toBe(false);
      await store.takeOver(request('b', { leaseUntil: 20_000 }), 'a');
      expect(await store.noteOrderKey(key, 'a', 'too late')).toBe(false);
      expect(await store.noteOrderKey(key, 'b', 'order 1')).toBe(true);
      now = 20_000;
      const suspect = { status: 'suspect', crashes: 2, owner: 'b', orderKey: 'order 1' };
      expect(await store.claim(request('c'))).toEqual(suspect);
      await store.takeOver(request('c', { leaseUntil: 30_000 }), 'b');
      expect(await store.noteOrderKey(key, 'c', '')).toBe(true);
      await store.release(key, 'c');
      expect(await store.noteOrderKey(key, 'c', 'too late')).toBe(false);
      expect(await store.claim(request('d'))).toEqual({ ...suspect, owner: 'c', orderKey: '' });
    });

    it('counts the crashes of one turn, also over a release, and forgets them with the next turn', async () => {
      await store.takeOver(request('b', { leaseUntil: 20_000 }), 'a');
      await store.release(key, 'b');
      // Given back unused it is a suspect still, and no crash more.
      expect(await store.claim(request('c'))).toEqual({ status: 'suspect', crashes: 1, owner: 'b' });
      expect(await store.takeOver(request('c', { leaseUntil: 20_000, crashes: 1 }), 'b')).toBe(true);
      now = 20_000;
      expect(await store.claim(request('d'))).toEqual({ status: 'suspect', crashes: 2, owner: 'c' });
      await store.claim(request('d', { turn: turnOf(1, 1), leaseUntil: 30_000 }));
      now = 30_000;
      expect(await store.claim(request('e', { turn: turnOf(1, 1) }))).toMatchObject({ crashes: 1 });
    });
  });

  it('that was given up is for nobody to handle, but for everybody to forward; a later copy is handled again', async () => {
    await store.claim(request('a/1'));
    expect(await store.giveUp(key, 'b/1', 'not mine')).toBe(false);
    expect(await store.giveUp(key, 'a/1', 'the letter')).toBe(true);
    expect(await store.giveUp(key, 'a/1', 'the letter')).toBe(true);
    expect([await store.complete(key, 'a/1'), await store.release(key, 'a/1')]).toEqual([false, false]);
    const givenUp = { status: 'given-up', letter: 'the letter', owner: 'a/1' };
    expect(await store.claim(request('a/2'))).toEqual(givenUp);
    // Its owner may still be at it.
    expect(await store.claim(request('b/1'))).toEqual({ status: 'busy', leaseUntil: 10_000 });
    now = 10_000;
    expect(await store.claim(request('b/1'))).toEqual(givenUp);
    expect(await store.takeOver(request('b/1'), 'a/1')).toBe(false);
    expect(await store.forwarded(key, 'a/1')).toBe(true);
    expect(await store.claim(request('b'))).toEqual({ status: 'duplicate', handedOn: true });
    expect(await store.claim(request('c', { turn: turnOf(1, 1) }))).toEqual({ status: 'claimed' });
  });

  it('that an earlier invocation of the same process left behind is no sign of a crash, and counts none', async () => {
    await store.claim(request('process/1'));
    now = 10_000;
    expect(await store.claim(request('process/2', { leaseUntil: 20_000 }))).toEqual({ status: 'claimed' });
    expect(await store.complete(key, 'process/1')).toBe(false);
    now = 20_000;
    await store.takeOver(request('other/1', { leaseUntil: 30_000 }), 'process/2');
    now = 30_000;
    expect(await store.claim(request('other/2'))).toEqual({ status: 'suspect', crashes: 1, owner: 'other/1' });
  });

  it('notices a duplicate with another body; where one of the two is not known, nothing is said', async () => {
    await store.claim(request('a', { digest: 'one' }));
    await store.forwarded(key, 'a');
    const duplicate = { status: 'duplicate', handedOn: true };
    expect(await store.claim(request('b', { digest: 'one' }))).toEqual(duplicate);
    expect(await store.claim(request('b'))).toEqual(duplicate);
    expect(await store.claim(request('b', { digest: 'two' }))).toEqual({ ...duplicate, bodyDiffers: true });
  });

  it('is forgotten after its retention, which begins when the claim has been settled', async () => {
    await store.claim(request('a'));
    now = 5_000;
    await store.complete(key, 'a');
    now = 64_999;
    expect(await store.claim(request('b'))).toEqual({ status: 'duplicate' });
    now = 65_000;
    expect(await store.claim(request('b', { leaseUntil: 70_000 }))).toEqual({ status: 'claimed' });
  });
});
