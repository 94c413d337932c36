/** Hard limit of Amazon MQ for `max_message_size`, in bytes, on every instance type. */
export const largestMessage = 134_217_728;

/** `max_message_size` of Amazon MQ for RabbitMQ 4 where nothing else is configured, in bytes. */
export const defaultMessageSize = 524_288;
