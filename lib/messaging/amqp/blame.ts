import { culpritsOf } from './channel-closure.ts';
import type { Pending } from './publish-call.ts';
import type { ChannelClosedError, ConnectionLostError } from './publish-errors.ts';

/**
 * The broker closed the channel because of one message, and with it went everything unanswered on it. Fails those to
 * blame; where they cannot be told, all are to be sent alone, one after the other, until it shows.
 * @param sent everything that was unanswered on the channel, oldest first
 * @param waiting what was not sent yet: it fails where it would close the next channel for the same reason
 */
export function blameForChannel(error: ChannelClosedError, sent: readonly Pending[], waiting: Iterable<Pending>): void {
  const [only] = sent;
  if (only && sent.length === 1) only.fail(error, only.unanswered);
  const culprits = culpritsOf(error.replyText);
  const guilty = culprits ? sent.filter((entry) => culprits.matches(entry.message)) : [];
  if (!culprits || guilty.length === 0) {
    for (const entry of sent) entry.alone = true;
    return;
  }
  // Those before the one that closed the channel may have been accepted; the last one cannot have been.
  guilty.forEach((entry, index) => {
    entry.fail(error, entry.unanswered || !(culprits.neverAccepted || index === guilty.length - 1));
  });
  for (const entry of waiting) if (culprits.matches(entry.message)) entry.fail(error, entry.unanswered);
}

/**
 * The broker closed the connection because of something that was sent. A message upon which it does so twice while
 * nothing else is unanswered is given up, so that the others get through.
 */
export function blameForConnection(error: ConnectionLostError, sent: readonly Pending[]): void {
  const [only] = sent;
  if (only && sent.length === 1) {
    only.closures += 1;
    if (only.closures >= 2) only.fail(error, true);
  }
  for (const entry of sent) entry.alone = true;
}
