import { type ClaimOutcome, turnOf } from '../claims/claim-store.ts';
import type { RabbitMqRecord } from '../decode/event.ts';
import { messageIdOf } from '../decode/message-id.ts';
import { decodeRecord } from '../decode/record.ts';
import { Header } from '../headers.ts';
import type { Headers, Message, RawMessage } from '../message.ts';
import { type TraceContext, traceContext } from '../trace/trace-context.ts';
import type { Span } from '../trace/tracer.ts';
import type { Fate } from './fate.ts';

type Suspicion = Extract<ClaimOutcome, { status: 'suspect' }>;

/** One record of a batch on its way to its fate. */
export class Delivery {
  readonly raw: RawMessage;
  /** Position in the batch. */
  readonly index: number;
  readonly id: string;
  readonly attempt: number;
  readonly redriveCount: number;
  /** Why it fails before its handler is called: it cannot be read, or its order key cannot be told. */
  problem: { readonly error: unknown } | undefined;
  /** Read ahead of its turn, where the order key had to be known. */
  message: Message<unknown> | undefined;
  orderKey: string | undefined;
  stage: 'waiting' | 'claiming' | 'handling' | 'completing' = 'waiting';
  /** The claim was asked for and may be ours. */
  mayHoldClaim = false;
  /** `transact` has committed the effect together with the claim. */
  committed = false;
  /** `transact` found that the claim is another's. */
  fenced = false;
  suspicion: Suspicion | undefined;
  fate: Fate | undefined;
  /** The copy that its fate needs: not published yet, in the hands of the broker, or refused. */
  copy: 'none' | 'confirmed' | 'unconfirmed' = 'none';
  /** While it is being handled, where there is a tracer. */
  span: Span | undefined;

  constructor(record: RabbitMqRecord, queue: string, vhost: string, index: number) {
    const { raw, problem } = decodeRecord(record, queue, vhost);
    this.raw = raw;
    this.index = index;
    this.problem = problem && { error: problem };
    this.id = messageIdOf(raw);
    const redrives = wholeNumber(raw.headers, Header.redriveCount, 0, 999_999);
    // Only a dead letter has a reason: somebody moved it back, without counting that. It starts anew, or it would be taken for what it was.
    const isMovedBack = raw.headers[Header.deadLetterReason] !== undefined;
    this.attempt = isMovedBack ? 1 : wholeNumber(raw.headers, Header.attempt, 1, 9_999);
    this.redriveCount = isMovedBack ? redrives + 1 : redrives;
  }

  /** Where the message was created; read when it is asked for. */
  get trace(): TraceContext | undefined {
    const { traceparent, tracestate } = this.raw.headers;
    return traceContext(traceparent, tracestate);
  }

  get turn(): number {
    return turnOf(this.attempt, this.redriveCount);
  }
}

/** A counter that we set ourselves; `lowest` where it is absent or somebody else wrote something else into it. */
function wholeNumber(headers: Headers, name: string, lowest: number, highest: number): number {
  const value = headers[name];
  if (value === undefined) return lowest;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= lowest
    ? Math.min(number, highest)
    : lowest;
}
