import { account, region } from '../assembly/pseudo-parameters.ts';
import type { LocalRunEvent } from '../events.ts';
import type { MappingTarget } from '../mapping/local-mapping.ts';

export interface ScheduleSettings {
  readonly ruleArn: string;
  readonly everyMilliseconds: number;
  /** Event of the target's own. @default EventBridge's scheduled event */
  readonly input?: string;
  /** Whether the function lets the rule invoke it. */
  readonly isPermitted: () => boolean;
}

/** A rule of EventBridge that invokes a function at a fixed rate. Runs may overlap, as on AWS. */
export class LocalSchedule {
  readonly #settings: ScheduleSettings;
  readonly #target: MappingTarget;
  readonly #emit: (event: LocalRunEvent) => void;
  #timer: NodeJS.Timeout | undefined;
  #complained = false;

  constructor(settings: ScheduleSettings, target: MappingTarget, emit: (event: LocalRunEvent) => void) {
    this.#settings = settings;
    this.#target = target;
    this.#emit = emit;
  }

  get functionName(): string {
    return this.#target.name;
  }

  start(): void {
    this.#timer = setInterval(() => void this.fire(), this.#settings.everyMilliseconds);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Invokes the function now; resolves when it has ended, however it did: its failure is reported by the function itself. */
  async fire(): Promise<void> {
    if (!this.#settings.isPermitted()) {
      if (!this.#complained)
        this.#emit({
          type: 'notice',
          message: `${this.#settings.ruleArn} may not invoke ${this.functionName}: there is no AWS::Lambda::Permission for it`,
        });
      this.#complained = true;
      return;
    }
    await this.#target.invoke(this.#settings.input ?? scheduledEvent(this.#settings.ruleArn, new Date()));
  }
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-schedule.html */
const scheduledEvent = (ruleArn: string, now: Date): string =>
  JSON.stringify({
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: `${now.toISOString().slice(0, 19)}Z`,
    region,
    resources: [ruleArn],
    detail: {},
  });
