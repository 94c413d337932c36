import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RotatedUsers, rotate } from '../../../../lib/platform/operations/rotation/rotate.ts';
import {
  type RotationStep,
  readRotationRequest,
  rotationSteps,
} from '../../../../lib/platform/operations/rotation/rotation-request.ts';
import type { SecretVersions } from '../../../../lib/platform/operations/rotation/secret-versions.ts';
import type { Credentials } from '../../../../lib/platform/runtime/amqp/broker-credentials.ts';

const secretId = 'arn:secret';

/** Secret, broker and mappings in memory; each call may be told to die before or after it has its effect. */
class World implements SecretVersions, RotatedUsers {
  readonly values = new Map<string, string>([['v0', JSON.stringify({ username: 'shop', password: 'p0' })]]);
  readonly labels = new Map<string, string>([['AWSCURRENT', 'v0']]);
  readonly passwords = new Map([
    ['shop', 'p0'],
    ['shop.clone', 'nobody knows'],
  ]);
  samePermissions = true;
  refreshed = 0;
  /** Calls that are still to succeed; the next one dies. */
  fuse = Number.POSITIVE_INFINITY;
  diesAfterEffect = false;

  async call<T>(effect: () => T): Promise<T> {
    this.fuse -= 1;
    if (this.fuse >= 0) return effect();
    this.fuse = Number.POSITIVE_INFINITY;
    if (this.diesAfterEffect) effect();
    throw new Error('died');
  }

  describe() {
    return this.call(() => {
      const stages: Record<string, string[]> = {};
      for (const [label, version] of this.labels) stages[version] = [...(stages[version] ?? []), label];
      return { rotationEnabled: true, stages };
    });
  }

  read(_: string, stage: string, versionId?: string) {
    return this.call(() => {
      const version = this.labels.get(stage);
      return versionId !== undefined && versionId !== version ? undefined : this.values.get(version ?? '');
    });
  }

  create(_: string, versionId: string, value: string) {
    return this.call(() => {
      if (!this.values.has(versionId)) this.values.set(versionId, value);
      this.labels.set('AWSPENDING', versionId);
    });
  }

  promote(_: string, versionId: string, instead: string) {
    return this.call(() => {
      expect(this.labels.get('AWSCURRENT')).toBe(instead);
      this.labels.set('AWSPREVIOUS', instead);
      this.labels.set('AWSCURRENT', versionId);
    });
  }

  setPassword({ username, password }: Credentials) {
    return this.call(() => {
      expect(this.passwords.has(username)).toBe(true);
      this.passwords.set(username, password);
    });
  }

  checkAlternates() {
    return this.call(() => {
      if (!this.samePermissions) throw new Error('not the same permissions');
    });
  }

  logIn({ username, password }: Credentials) {
    return this.call(() => {
      if (this.passwords.get(username) !== password) throw new Error(`login of ${username} refused`);
    });
  }

  /** Announces a version as Secrets Manager does before the first step. */
  begin(version: string): void {
    this.labels.set('AWSPENDING', version);
  }

  step(step: RotationStep, token: string) {
    const refreshMappings = () =>
      this.call(() => {
        this.refreshed += 1;
      });
    return rotate({ step, secretId, token }, { versions: this, users: this, refreshMappings });
  }

  login(label: string): Credentials {
    return JSON.parse(this.values.get(this.labels.get(label) ?? '') ?? '{}') as Credentials;
  }

  works(label: string): boolean {
    const { username, password } = this.login(label);
    return this.passwords.get(username) === password;
  }
}

async function rotateOnce(world: World, token: string): Promise<void> {
  world.begin(token);
  for (const step of rotationSteps) await world.step(step, token);
}

describe('a rotation', () => {
  it('gives the other user of the pair a new password, and both logins work', async () => {
    const world = new World();
    await rotateOnce(world, 'v1');
    expect(world.login('AWSCURRENT')).toEqual({
      username: 'shop.clone',
      password: expect.stringMatching(/^[A-Za-z0-9]{40}$/),
    });
    expect([world.works('AWSCURRENT'), world.works('AWSPREVIOUS'), world.refreshed]).toEqual([true, true, 1]);
    await rotateOnce(world, 'v2');
    expect(world.login('AWSCURRENT').username).toBe('shop');
    expect([world.works('AWSCURRENT'), world.works('AWSPREVIOUS')]).toEqual([true, true]);
  });

  it('never breaks the current login, whichever steps come, in whatever order, and wherever each of them dies', async () => {
    const steps = fc.array(
      fc.record({
        step: fc.constantFrom(...rotationSteps),
        fuse: fc.option(fc.nat(6), { nil: Number.POSITIVE_INFINITY }),
        diesAfterEffect: fc.boolean(),
        /** Also repetitions of rotations that are long over. */
        behind: fc.nat(2),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 4 }), async (rotations) => {
        const world = new World();
        for (const [index, attempts] of rotations.entries()) {
          world.begin(`v${index + 1}`);
          for (const { step, fuse, diesAfterEffect, behind } of attempts) {
            Object.assign(world, { fuse, diesAfterEffect });
            await world.step(step, `v${Math.max(0, index + 1 - behind)}`).catch(() => undefined);
            expect(world.works('AWSCURRENT')).toBe(true);
          }
          // In the end Secrets Manager gets through.
          world.fuse = Number.POSITIVE_INFINITY;
          const refreshed = world.refreshed;
          for (const step of rotationSteps) await world.step(step, `v${index + 1}`);
          expect(world.labels.get('AWSCURRENT')).toBe(`v${index + 1}`);
          expect(world.refreshed).toBeGreaterThan(refreshed);
          expect([world.works('AWSCURRENT'), world.works('AWSPREVIOUS')]).toEqual([true, true]);
          expect(world.login('AWSCURRENT').username).not.toBe(world.login('AWSPREVIOUS').username);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ends before a user becomes current that may not do the same', async () => {
    const world = new World();
    world.begin('v1');
    await world.step('createSecret', 'v1');
    await world.step('setSecret', 'v1');
    world.samePermissions = false;
    await expect(world.step('testSecret', 'v1')).rejects.toThrow('not the same permissions');
    await expect(world.step('finishSecret', 'v1')).rejects.toThrow('not the same permissions');
    expect(world.login('AWSCURRENT')).toEqual({ username: 'shop', password: 'p0' });
  });

  it('is tried out with the current login where there is no new version, as when a rotation is set up', async () => {
    const world = new World();
    world.begin('trial');
    expect(await world.step('testSecret', 'trial')).toBe('shop');
  });

  it.each([
    ['another version', 'v9', 'secret arn:secret has no version v9'],
    ['a version of a rotation that is over', 'v0', 'version v0 of secret arn:secret is not AWSPENDING'],
  ])('is refused for %s', async (_, token, message) => {
    const world = new World();
    await rotateOnce(world, 'v1');
    await expect(world.step('setSecret', token)).rejects.toThrow(message);
  });

  it('is refused for a pending version that somebody else made, for the user in use', async () => {
    const world = new World();
    await world.create(secretId, 'v1', JSON.stringify({ username: 'shop', password: 'mine' }));
    await expect(world.step('setSecret', 'v1')).rejects.toThrow(
      'is for user shop, but it is the turn of shop.clone: remove its label AWSPENDING and rotate again',
    );
    expect(world.works('AWSCURRENT')).toBe(true);
  });

  it('never says a password in an error', async () => {
    const world = new World();
    await world.create(secretId, 'v1', '{"username":"shop.clone","password":"secret-in-broken-json"');
    await expect(world.step('setSecret', 'v1')).rejects.toThrow(/^(?!.*secret-in-broken-json)/);
  });

  it.each([[{}], [undefined], [{ Step: 'createSecret' }], [{ Step: 'drop', SecretId: 'a', ClientRequestToken: 'b' }]])(
    'is begun by Secrets Manager only: %j',
    (event) => {
      expect(() => readRotationRequest(event)).toThrow(/the event names no secret|is unknown/);
    },
  );
});
