import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BatchReport } from '../../../../lib/platform/runtime/batch/report.ts';
import { FatalError, ForwardingError, RetryableError } from '../../../../lib/platform/runtime/errors.ts';
import type { OutgoingMessage, PublishResult } from '../../../../lib/platform/runtime/publisher.ts';
import { type Published, redelivery } from '../lambda-event.ts';
import { confirmed, failed, type Handle, invoke, message, newWorld, rejected, returned } from './harness.ts';

type Outcome = 'done' | 'retryable' | 'own delay' | 'fatal' | 'not readable';
type Answer = 'confirmed' | 'returned' | 'rejected' | 'failed' | 'failed but arrived';

const answers: Readonly<Record<Answer, PublishResult>> = {
  confirmed,
  returned,
  rejected,
  failed,
  'failed but arrived': failed,
};
const outcomes = fc.constantFrom<Outcome>('done', 'done', 'retryable', 'own delay', 'fatal', 'not readable');
const answer = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Answer>('confirmed') },
  { weight: 1, arbitrary: fc.constantFrom<Answer>('returned', 'rejected', 'failed', 'failed but arrived') },
);
const batches = fc.record({
  messages: fc.array(
    fc.record({ id: fc.nat(7), key: fc.option(fc.nat(2), { nil: undefined }), outcome: outcomes, ticks: fc.nat(3) }),
    { minLength: 1, maxLength: 10 },
  ),
  answers: fc.array(answer, { minLength: 1, maxLength: 12 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  ordered: fc.boolean(),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
});

const fates = ({ done, duplicate, claimLost, retried, deadLettered, deferred, returned }: BatchReport) =>
  done + duplicate + claimLost + retried + deadLettered + deferred + returned;

describe('whatever the messages, their handlers and the broker do', () => {
  it('every message ends in exactly one place, its effect happens once, and nothing that is unconfirmed is given up', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async ({ messages, answers: plan, concurrency, ordered, maxAttempts }) => {
        const world = newWorld();
        const effects: string[] = [];
        const arrived: OutgoingMessage[] = [];
        const deadLetters: OutgoingMessage[] = [];
        let published = 0;
        let brokerIsWell = false;
        world.publisher.answer = (copy) => {
          const answer = brokerIsWell ? 'confirmed' : (plan[published++ % plan.length] ?? 'confirmed');
          if (answer === 'confirmed' || answer === 'failed but arrived') {
            (copy.exchange === 'dead-letter' ? deadLetters : arrived).push(copy);
          }
          return answers[answer];
        };
        // Of several deliveries with one id, the first says what they are.
        const plans = new Map(messages.toReversed().map((message) => [`m${message.id}`, message]));
        const handle: Handle = async ({ id }) => {
          const plan = plans.get(id);
          for (let tick = 0; tick < (plan?.ticks ?? 0); tick++) await Promise.resolve();
          if (plan?.outcome === 'retryable') throw new Error('x');
          if (plan?.outcome === 'own delay') throw new RetryableError('x', { delaySeconds: 3 });
          if (plan?.outcome === 'fatal') throw new FatalError('x');
          effects.push(id);
        };
        let due: Published[] = [...messages].map(({ id, key }) => {
          const unreadable = plans.get(`m${id}`)?.outcome === 'not readable';
          const headers: Record<string, string> = key === undefined ? {} : { key: String(key) };
          return message(`m${id}`, {
            headers,
            body: '{}',
            properties: unreadable ? { contentEncoding: 'nonsense' } : {},
          });
        });
        const schema = {
          '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) },
        } as const;

        // Batches come back until the broker has all copies; copies that arrived are delivered in turn.
        for (let round = 0; due.length > 0; round++) {
          expect(round).toBeLessThan(40);
          brokerIsWell = round > 3;
          const batch = due;
          let report: BatchReport | undefined;
          const run = invoke(world, batch, handle, {
            owner: `process/${round}`,
            schema,
            concurrency,
            policy: { maxAttempts, baseDelaySeconds: 1, maxDelaySeconds: 1 },
            orderBy: ordered ? ({ headers }) => headers.key as string | undefined : undefined,
            onReport: (value) => {
              report = value;
            },
          });
          const comesBack = await run.then(
            () => false,
            (error: unknown) => {
              expect(error).toBeInstanceOf(ForwardingError);
              return true;
            },
          );
          if (!report) throw new Error('no report');
          expect(fates(report)).toBe(batch.length);
          expect(report.returned > 0).toBe(comesBack);
          due = [...(comesBack ? batch : []), ...arrived.splice(0).map(redelivery)];
        }

        for (const [id, { outcome }] of plans) {
          const made = effects.filter((effect) => effect === id).length;
          const dead = deadLetters.filter(({ properties }) => properties.messageId === id);
          if (outcome === 'done') {
            // A delivery that only followed another may have become a dead letter where its way was unroutable.
            expect(made).toBeLessThanOrEqual(1);
            if (made === 0) expect(dead.map(({ headers }) => headers['x-dead-letter-reason'])).toContain('unroutable');
          } else {
            expect(made).toBe(0);
            expect(dead.length).toBeGreaterThanOrEqual(1);
          }
        }
      }),
      { numRuns: 400 },
    );
  }, 180_000);
});
