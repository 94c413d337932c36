/** One entry of `x-death`. */
export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  readonly count: number;
}

export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** A message as a publisher sends it, once. */
export interface Publishing {
  readonly exchange: string;
  readonly routingKey: string;
  /** As amqplib has them, without headers. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** A message as the broker keeps it. */
export interface BrokerMessage extends Publishing {
  /** What it came in as, wherever it was dead-lettered to since: tells it from other copies of the same message. */
  readonly publishing: Publishing;
  /** The last death first. RabbitMQ 4 keeps this apart from what publishers write into the header of that name. */
  readonly deaths: readonly Death[];
  /** When it entered the broker, or was dead-lettered last. */
  readonly since: number;
}

/** The queues among `targets` that it must not come to again: it came through there and nobody rejected it since. */
export const cyclesOf = (
  message: BrokerMessage,
  reason: DeathReason,
  targets: readonly string[],
): readonly string[] => {
  if (reason === 'rejected') return [];
  return targets.filter((target) => {
    const index = message.deaths.findIndex(({ queue }) => queue === target);
    return index >= 0 && message.deaths.slice(0, index + 1).every((death) => death.reason !== 'rejected');
  });
};

export const withDeath = (deaths: readonly Death[], queue: string, reason: DeathReason): readonly Death[] => {
  const earlier = deaths.find((death) => death.queue === queue && death.reason === reason);
  return [{ queue, reason, count: (earlier?.count ?? 0) + 1 }, ...deaths.filter((death) => death !== earlier)];
};
