/** What happens to a consumer's handler when it gets a certain message, as often as `times` says. @default times: every time */
export type Fault = { readonly times?: number } & (
  | {
      /** `retryable` and `fatal` are thrown; `hang` never settles, whatever its signal says. */
      readonly kind: 'retryable' | 'fatal' | 'hang';
    }
  | {
      /** Its process ends at once, as by `kill -9`: before the handler begins, or when its effect has happened and nobody knows yet. */
      readonly kind: 'exit';
      readonly when: 'before' | 'after';
    }
  | {
      /** The handler begins later. */
      readonly kind: 'slow';
      readonly milliseconds: number;
    }
);

export interface PlannedFault {
  readonly consumer: string;
  readonly messageId: string;
  readonly fault: Fault;
}

/** A fault that has happened. */
export interface StruckFault {
  readonly consumer: string;
  readonly messageId: string;
  readonly kind: Fault['kind'];
}

/** What a handler throws on purpose. */
export class InjectedFault extends Error {
  override readonly name = 'InjectedFault';
  readonly kind: 'retryable' | 'fatal';

  constructor(kind: InjectedFault['kind'], attempt: number) {
    super(kind === 'fatal' ? 'fails on purpose, for good' : `attempt ${attempt} fails on purpose`);
    this.kind = kind;
  }
}
