// Just enough of AMQP 0-9-1 for a broker that logs anybody in, opens channels and confirms.
// https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf

const frame = (type: number, channel: number, payload: Buffer): Buffer => {
  const header = Buffer.alloc(7);
  header.writeUInt8(type, 0);
  header.writeUInt16BE(channel, 1);
  header.writeUInt32BE(payload.length, 3);
  return Buffer.concat([header, payload, Buffer.from([0xce])]);
};

const short = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const long = (value: number): Buffer => Buffer.concat([short(Math.floor(value / 65_536)), short(value % 65_536)]);
const shortString = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
const longString = (text: string): Buffer => Buffer.concat([long(text.length), Buffer.from(text)]);

const method = (channel: number, classId: number, methodId: number, ...fields: Buffer[]): Buffer =>
  frame(1, channel, Buffer.concat([short(classId), short(methodId), ...fields]));

const closing = (code: number, text: string): Buffer[] => [short(code), shortString(text), short(0), short(0)];

/** What a broker says. */
export const say = {
  connectionStart: () => method(0, 10, 10, Buffer.from([0, 9]), long(0), longString('PLAIN'), longString('en_US')),
  connectionTune: () => method(0, 10, 30, short(2047), long(131_072), short(0)),
  connectionOpenOk: () => method(0, 10, 41, shortString('')),
  connectionClose: (code: number, text: string) => method(0, 10, 50, ...closing(code, text)),
  connectionCloseOk: () => method(0, 10, 51),
  channelOpenOk: (channel: number) => method(channel, 20, 11, longString('')),
  channelClose: (channel: number, code: number, text: string) => method(channel, 20, 40, ...closing(code, text)),
  channelCloseOk: (channel: number) => method(channel, 20, 41),
  confirmSelectOk: (channel: number) => method(channel, 85, 11),
  basicAck: (channel: number, tag: number) => method(channel, 60, 80, long(0), long(tag), Buffer.from([0])),
};

const names: Readonly<Record<string, string>> = {
  '10,11': 'connection.start-ok',
  '10,40': 'connection.open',
  '10,50': 'connection.close',
  '20,10': 'channel.open',
  '20,40': 'channel.close',
  '85,10': 'confirm.select',
};

export interface Said {
  /** A method; `message` once a message is there with its whole body. */
  readonly what: string;
  readonly channel: number;
}

/** Reads what a client says, as it comes. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #greeted = false;
  readonly #missingBytes = new Map<number, number>();

  read(bytes: Buffer): Said[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const said: Said[] = [];
    if (!this.#greeted && this.#rest.length >= 8) {
      this.#greeted = true;
      this.#rest = this.#rest.subarray(8);
      said.push({ what: 'protocol header', channel: 0 });
    }
    while (this.#rest.length >= 7) {
      const length = this.#rest.readUInt32BE(3);
      if (this.#rest.length < length + 8) break;
      const what = this.#what(this.#rest.readUInt8(0), this.#rest.readUInt16BE(1), this.#rest.subarray(7, 7 + length));
      if (what) said.push({ what, channel: this.#rest.readUInt16BE(1) });
      this.#rest = this.#rest.subarray(length + 8);
    }
    return said;
  }

  #what(type: number, channel: number, payload: Buffer): string | undefined {
    if (type === 1) return names[`${payload.readUInt16BE(0)},${payload.readUInt16BE(2)}`];
    if (type !== 2 && type !== 3) return undefined;
    // A header says how many bytes of body follow.
    const missing =
      type === 2 ? Number(payload.readBigUInt64BE(4)) : (this.#missingBytes.get(channel) ?? 0) - payload.length;
    this.#missingBytes.set(channel, missing);
    return missing === 0 ? 'message' : undefined;
  }
}
