/** Hard limit of Amazon MQ for `max_message_size`, in bytes, on every instance type. */
export const largestMessage = 134_217_728;

/** `max_message_size` of Amazon MQ for RabbitMQ 4 where nothing else is configured, in bytes. */
export const defaultMessageSize = 524_288;

/** Lambda invokes with 6 MiB at most. A message arrives there as base64, four characters for three bytes, with its properties and the event around it. */
export const largestDeliverableMessage = ((6 * 1024 - 256) * 1024 * 3) / 4;

/** Largest body that a consumer reads unless it says otherwise, in bytes: 64 MiB, however it travelled. */
export const defaultMaxBodyBytes = 67_108_864;

/** A quorum queue hands a consumer no more unacknowledged messages than this (RabbitMQ: "Consumer Prefetch"). */
export const quorumPrefetchLimit = 2000;

/** Levels of the delay infrastructure. Level k keeps a message for 2^k seconds. */
export const delayLevels = 16;

/** 18 h 12 min 15 s: every level once. */
export const maximumDelaySeconds = 2 ** delayLevels - 1;
