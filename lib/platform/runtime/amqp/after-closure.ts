import type { ChannelClosedError, ConnectionLostError } from '../publish-errors.ts';
import { objectionIn } from './channel-closure.ts';
import type { Pending } from './publish-call.ts';

/**
 * The broker closed the channel because of one message, and with it went everything unanswered on it. Fails those that
 * the broker objects to; where that cannot be told, all are to be sent alone, one after the other, until it shows.
 * @param sent everything that was unanswered on the channel, oldest first
 * @param waiting what was not sent yet: it fails where it would close the next channel for the same reason
 */
export function settleChannelClosure(
  error: ChannelClosedError,
  sent: readonly Pending[],
  waiting: Iterable<Pending>,
): void {
  const [only] = sent;
  if (only && sent.length === 1) only.fail(error, only.unanswered);
  const objection = objectionIn(error.replyText);
  const unacceptable = objection ? sent.filter((entry) => objection.concerns(entry.message)) : [];
  if (!objection || unacceptable.length === 0) {
    for (const entry of sent) entry.alone = true;
    return;
  }
  // Those before the one that closed the channel may have been accepted; the last one cannot have been.
  unacceptable.forEach((entry, index) => {
    entry.fail(error, entry.unanswered || !(objection.neverAccepted || index === unacceptable.length - 1));
  });
  for (const entry of waiting) if (objection.concerns(entry.message)) entry.fail(error, entry.unanswered);
}

/**
 * The broker closed the connection because of something that was sent. A message upon which it does so twice while
 * nothing else is unanswered is given up, so that the others get through.
 */
export function settleConnectionClosure(error: ConnectionLostError, sent: readonly Pending[]): void {
  for (const entry of sent) {
    // Only a message that was sent alone was alone on all channels of the connection.
    if (entry.alone) entry.closures += 1;
    if (entry.closures >= 2) entry.fail(error, true);
    entry.alone = true;
  }
}
