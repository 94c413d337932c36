/** Messages between the process that starts the local DynamoDB and the process that is it. */
export type ToServer =
  | {
      readonly type: 'start';
      readonly port: number;
      readonly region: string;
      readonly accountId: string;
      readonly authorized: boolean;
      readonly sweepSeconds: number;
      /** Where everything is kept; absent: in memory. */
      readonly folder?: string;
    }
  /** `denial` is the message for the caller; without it the action is allowed. */
  | { readonly type: 'decision'; readonly question: number; readonly denial?: string }
  /** Policies have changed: what was allowed so far may be so no more. */
  | { readonly type: 'forget-decisions' };

export type FromServer =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'failed'; readonly message: string }
  | {
      readonly type: 'authorize';
      readonly question: number;
      readonly accessKeyId: string;
      readonly action: string;
      readonly resource: string;
    };
