export type { RetryableErrorOptions, ValidationProblem } from '../runtime/errors.ts';
export {
  ClaimLostError,
  ConfigurationError,
  DeadlineExceededError,
  DecodeError,
  FatalError,
  MessagingError,
  RetryableError,
  ValidationError,
} from '../runtime/errors.ts';
export type { ConnectFailure } from '../runtime/publish-errors.ts';
export {
  BacklogFullError,
  BlockedError,
  ChannelClosedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  InvalidMessageError,
  MessageTooLargeError,
  PublishError,
  PublisherClosedError,
  RejectedError,
  UnroutableError,
} from '../runtime/publish-errors.ts';
