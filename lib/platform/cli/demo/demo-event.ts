import type { HeaderValue, MessageProperties } from '../../runtime/message.ts';

/** A message that the demo is going to publish. */
export interface DemoEvent {
  readonly exchange: string;
  readonly routingKey: string;
  /** Always with a message id: duplicates are recognised by it. */
  readonly properties: MessageProperties & { readonly messageId: string };
  readonly headers: Readonly<Record<string, HeaderValue>>;
  readonly body: Buffer;
}
