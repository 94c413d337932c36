import { setTimeout } from 'node:timers/promises';
import { FatalError, RetryableError } from '#errors';
import type { Fault } from '../events.ts';

/** Lets happen what the event asks for. @throws RetryableError, FatalError */
export const suffer = async (
  fault: Fault | undefined,
  { attempt, signal }: { readonly attempt: number; readonly signal: AbortSignal },
): Promise<void> => {
  if (fault === undefined) return;
  if (fault === 'hopeless') throw new FatalError('there is no hope for this event');
  if (fault === 'outage') throw new RetryableError('the outage goes on');
  if ('slow' in fault) await setTimeout(fault.slow, undefined, { signal });
  else if (attempt <= fault.failing) throw new RetryableError(`attempt ${attempt} of ${fault.failing} that fail`);
};
