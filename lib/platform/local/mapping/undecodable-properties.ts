import type { ChannelModel, MessageProperties } from 'amqplib';

/** What stands in a message whose properties amqplib could not decode. */
const undecodable = Symbol('why the properties could not be decoded');

/** `undefined` for properties that were decoded. */
export const whyUndecodable = (properties: MessageProperties): string | undefined =>
  (properties as { readonly [undecodable]?: string })[undecodable];

/** The part of amqplib's connection that reads. Not in its types. */
interface FrameReader {
  /** Bytes that are read and in no frame yet. */
  readonly rest: Buffer;
  recvFrame(): unknown;
}

const headerFrame = 2;
const basicClass = 60;
const frameStart = 7;

/**
 * Makes a connection deliver messages that amqplib cannot decode, with properties that say why. It decodes header tables by recursion: from some
 * 3,000 levels on it runs out of stack, which it takes for a broken connection; the broker then delivers the message again, with its neighbours,
 * until they all exceed the delivery limit.
 *
 * @throws Error when amqplib's connection does not read frames in the way that this relies on
 */
export const deliverUndecodable = ({ connection }: ChannelModel): void => {
  const reader = connection as unknown as FrameReader;
  const receive = reader.recvFrame;
  if (typeof receive !== 'function' || !Buffer.isBuffer(reader.rest))
    throw new Error('amqplib has changed: its connection has no recvFrame, or no rest');
  reader.recvFrame = () => {
    const bytes = reader.rest;
    try {
      return receive.call(reader);
    } catch (error) {
      // A frame was taken off and is of a message's properties: what follows it can be read.
      const isDelivery = reader.rest !== bytes && bytes[0] === headerFrame;
      if (!isDelivery || bytes.readUInt16BE(frameStart) !== basicClass) throw error;
      const properties = { [undecodable]: error instanceof RangeError ? 'nested too deeply' : String(error) };
      const size = Number(bytes.readBigUInt64BE(frameStart + 4));
      return { id: basicClass, channel: bytes.readUInt16BE(1), size, fields: properties };
    }
  };
};
