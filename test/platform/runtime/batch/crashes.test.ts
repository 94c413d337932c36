import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { ClaimStore } from '../../../../lib/platform/runtime/claims/claim-store.ts';
import { maxBodyBytesFor } from '../../../../lib/platform/runtime/decode/body-limit.ts';
import type { MessagePublisher } from '../../../../lib/platform/runtime/publisher.ts';
import { type Published, redelivery } from '../lambda-event.ts';
import { type Handle, invoke, message, newWorld, type Run, type World } from './harness.ts';

const forever = new Promise<never>(() => {});

/** A process that ends when it is told to: nothing that it does from then on reaches the world. */
function processIn(world: World) {
  let die = (): void => {};
  const death = new Promise<'died'>((resolve) => {
    die = () => resolve('died');
  });
  let isDead = false;
  const living = async <Result>(act: () => Promise<Result>): Promise<Result> => (isDead ? forever : act());
  const store: ClaimStore = {
    claim: (request) => living(() => world.claims.claim(request)),
    takeOver: (request, from) => living(() => world.claims.takeOver(request, from)),
    noteOrderKey: (key, owner, orderKey) => living(() => world.claims.noteOrderKey(key, owner, orderKey)),
    complete: (key, owner) => living(() => world.claims.complete(key, owner)),
    giveUp: (key, owner, letter) => living(() => world.claims.giveUp(key, owner, letter)),
    forwarded: (key, owner) => living(() => world.claims.forwarded(key, owner)),
    release: (key, owner) => living(() => world.claims.release(key, owner)),
  };
  const publisher: MessagePublisher = { publish: (copies) => living(() => world.publisher.publish(copies)) };
  const kill = (): void => {
    isDead = true;
    die();
  };
  return { death, store, publisher, kill };
}

type Reader = 'the handler' | 'the reader';

/** Delivers messages until nothing is left, as they come back from processes that died. `poison` kills its process in the handler or while it is keyed. */
async function deliver(kills: Reader, optionsFor: (store: ClaimStore) => Run) {
  const world = newWorld();
  let due: Published[] = ['a', 'poison', 'b', 'c'].map((id) => message(id));
  let deaths = 0;
  const handled: string[] = [];
  const deadLetters: unknown[] = [];
  for (let round = 0; due.length > 0; round++) {
    expect(round).toBeLessThan(20);
    const { death, store, publisher, kill } = processIn(world);
    const killIn = (where: Reader, id: string): void => {
      if (id === 'poison' && where === kills) kill();
    };
    const { orderBy, services, ...options } = optionsFor(store);
    const running = invoke(
      world,
      due,
      ({ id }) => {
        killIn('the handler', id);
        handled.push(id);
      },
      {
        ...options,
        services: { ...services, publisher: async () => publisher },
        ...(orderBy && {
          orderBy: (read: { id: string }) => {
            killIn('the reader', read.id);
            return 'key';
          },
        }),
        remainingMilliseconds: 1500,
      },
    );
    if ((await Promise.race([running, death])) === 'died') deaths++;
    else due = [];
    world.clock.jump(2000);
    for (const copy of world.publisher.published.splice(0)) {
      if (copy.exchange !== 'dead-letter') due.push(redelivery(copy));
      else deadLetters.push([copy.properties.messageId, copy.headers['x-dead-letter-reason']]);
    }
  }
  return { deaths, deadLetters, handled: handled.filter((id) => id !== 'poison') };
}

const messages = ['a', 'b'].map((id) => message(id));

describe('a message that kills the process', () => {
  it.each(['the reader', 'the handler'] as const)(
    'in %s is found and set aside by a consumer with an order, and costs its neighbours nothing',
    async (kills) => {
      const optionsFor = (claims: ClaimStore): Run => ({ claims, orderBy: () => 'key' });
      const { deaths, deadLetters, handled } = await deliver(kills, optionsFor);
      expect(deadLetters).toEqual([['poison', 'process-crashed']]);
      expect(handled.toSorted()).toEqual(['a', 'b', 'c']);
      expect(deaths).toBe(3);
    },
  );

  it('is found by a consumer without claims, too', async () => {
    const optionsFor = (crashes: ClaimStore): Run => ({ claims: 'none', services: { crashes } });
    const { deaths, deadLetters, handled } = await deliver('the handler', optionsFor);
    expect(deadLetters).toEqual([['poison', 'process-crashed']]);
    expect(new Set(handled)).toEqual(new Set(['a', 'b', 'c']));
    expect(deaths).toBe(4);
  });
});

describe('those that wait behind a message that kills the process', () => {
  it('are handled as soon as it is a dead letter, though it is not read again', async () => {
    const world = newWorld();
    const orderBy = () => 'key';
    const fail = () => Promise.reject(new Error('not now'));
    await invoke(world, [message('first')], fail, { orderBy });
    await invoke(world, [message('poison')], () => {}, { orderBy });
    const due = world.publisher.published.splice(0).map(redelivery);
    world.clock.jump(60_000);
    for (let deaths = 0; deaths < 3; deaths++) {
      const { death, store, publisher, kill } = processIn(world);
      const handle: Handle = ({ id }) => (id === 'poison' ? kill() : undefined);
      const services: Run['services'] = { publisher: async () => publisher };
      const running = invoke(world, due, handle, { claims: store, services, orderBy, remainingMilliseconds: 1500 });
      expect(await Promise.race([running, death])).toBe('died');
      world.clock.jump(2000);
    }
    const report = await invoke(world, due, () => {}, { orderBy });
    expect(report.deadLetterReasons).toEqual({ 'process-crashed': 1 });
    expect(await invoke(world, [message('later')], () => {}, { orderBy })).toMatchObject({ done: 1 });
  });
});

describe('a consumer without claims', () => {
  it('asks the table twice a batch, and goes on where it is away', async () => {
    const world = newWorld();
    const asked: string[] = [];
    const crashes: ClaimStore = {
      ...world.claims,
      claim: async (request) => {
        asked.push('claim');
        return world.claims.claim(request);
      },
      takeOver: () => forever,
      noteOrderKey: () => forever,
      complete: () => forever,
      giveUp: () => forever,
      forwarded: () => forever,
      release: async (key, owner) => {
        asked.push('release');
        return world.claims.release(key, owner);
      },
    };
    const options: Run = { claims: 'none', services: { crashes } };
    expect(await invoke(world, messages, () => {}, options)).toMatchObject({ done: 2 });
    expect(await invoke(world, messages, () => {}, options)).toMatchObject({ done: 2 });
    expect(asked).toEqual(['claim', 'release', 'claim', 'release']);
    const away = { ...crashes, claim: () => Promise.reject(new Error('away')) };
    expect(await invoke(world, messages, () => {}, { claims: 'none', services: { crashes: away } })).toMatchObject({
      done: 2,
    });
  });
});

describe('the memory of a function', () => {
  it.each([
    [undefined, 67_108_864],
    ['128', 4_194_304],
    ['512', 16_777_216],
    ['10240', 67_108_864],
    ['16', 1_048_576],
  ])('of %p MB takes bodies of %i bytes', (memory, bytes) => {
    expect(maxBodyBytesFor(memory)).toBe(bytes);
  });

  it('is not filled by the bodies of a batch: at most twice the largest is held at once', async () => {
    const world = newWorld();
    const limit = 1_000_000;
    let held = 0;
    let most = 0;
    const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
    const large = Array.from({ length: 8 }, (_, index) =>
      message(`m${index}`, {
        body: gzipSync(JSON.stringify('x'.repeat(limit - 100))),
        properties: { contentEncoding: 'gzip' },
      }),
    );
    const handle: Handle = async ({ body }) => {
      held += String(body).length;
      most = Math.max(most, held);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      held -= String(body).length;
    };
    const options: Run = { schema, maxBodyBytes: limit, concurrency: 8 };
    expect(await invoke(world, large, handle, options)).toMatchObject({ done: 8 });
    expect(most).toBeLessThanOrEqual(2 * limit);
  });
});
