import { notedOptions } from '../../runtime/handler-options.ts';
import { type Clock, pause, systemClock } from '../../time/clock.ts';
import { type Fault, InjectedFault } from './fault.ts';
import type { FaultPlan } from './fault-plan.ts';

export interface FaultServices {
  readonly plan: Pick<FaultPlan, 'due' | 'note'>;
  /** @default the machine's */
  readonly clock?: Clock;
  /** Ends the process at once. @default SIGKILL */
  readonly end?: () => void;
}

const kill = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

const never = (): Promise<never> => new Promise(() => {});

/**
 * Lets the messages of a consumer meet their faults: its handler does what the plan says for a message, and for every other what it would. To be called before its first
 * batch. What is exported instead of a consumer's handler stays as it is.
 */
export const withFaults = <Exported>(exported: Exported, services: FaultServices): Exported => {
  const options = notedOptions(exported);
  if (!options) return exported;
  const { plan, clock = systemClock, end = kill } = services;
  const { queue: consumer, handle, classify } = options;
  const strike = async (fault: Fault, [message, context]: Parameters<typeof handle>): Promise<unknown> => {
    const { id: messageId, attempt } = message as { readonly id: string; readonly attempt: number };
    if (fault.kind === 'exit' && fault.when === 'after') await handle(message, context);
    plan.note({ consumer, messageId, kind: fault.kind });
    switch (fault.kind) {
      case 'retryable':
      case 'fatal':
        throw new InjectedFault(fault.kind, attempt);
      case 'slow':
        await pause(clock, fault.milliseconds, context.signal);
        return handle(message, context);
      case 'exit':
        end();
        return never();
      case 'hang':
        return never();
    }
  };
  Object.assign(options, {
    handle: (...given: Parameters<typeof handle>) => {
      const fault = plan.due(consumer, (given[0] as { readonly id: string }).id);
      return fault ? strike(fault, given) : handle(...given);
    },
    classify: (error: unknown) => (error instanceof InjectedFault ? error.kind : classify?.(error)),
  } satisfies Partial<typeof options>);
  return exported;
};
