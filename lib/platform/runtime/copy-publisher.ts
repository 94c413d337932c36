import type { Logger } from '@aws-lambda-powertools/logger';
import { largestMessage } from '../config/message-limits.ts';
import { createPublisher } from './amqp/amqp-publisher.ts';
import { connectionSettings } from './amqp/connection-settings.ts';
import type { MessagePublisher } from './publisher.ts';

/**
 * Hard limit of `max_message_size` on Amazon MQ for RabbitMQ 4. The broker has taken the original, so it takes the copy: our own
 * limit must not be the one that keeps a message in its queue for ever.
 * https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/rabbitmq-resource-limits-configuration.html
 */
const maximumBodyBytes = largestMessage;

/** Publishes copies of failed messages, over a connection that opens with the first one, or ahead of it. */
export const openCopyPublisher = (
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): MessagePublisher => createPublisher(connectionSettings({}, environment), { log, maximumBodyBytes });
