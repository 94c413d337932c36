/** Why a message became a dead letter; the value of the header `x-dead-letter-reason`. */
export type DeadLetterReason =
  /** The record or its body cannot be read. */
  | 'undecodable'
  /** The consumer's schema refuses the body. */
  | 'invalid'
  /** The handler threw a `FatalError`, or an error that the consumer classifies as fatal. */
  | 'fatal'
  /** The last attempt that the retry policy allows has failed. */
  | 'exhausted'
  /** The function process ended three times while it handled this message alone. */
  | 'process-crashed'
  /** The copy for a later attempt found no way to its queue: the delay infrastructure lacks a binding. */
  | 'unroutable'
  /** No AMQP client can send the copy that it needs, because of the headers or properties that it came with. The dead letter lacks them. */
  | 'unencodable';
