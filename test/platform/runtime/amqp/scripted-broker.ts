import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FrameReader, type Said, say } from './amqp-frames.ts';

/** Request of a client, with the number of its connection, from 1. */
export interface Request extends Said {
  readonly connection: number;
}

/** What a request is answered with, in one write; `undefined`: as a broker in good health would. */
export type Script = (request: Request) => readonly Buffer[] | undefined;

/** A broker on loopback that says what it is told to; its frames can meet in one read as no real broker's can be made to. */
export class ScriptedBroker {
  readonly requests: Request[] = [];
  readonly #server: Server;
  readonly #script: Script;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  static async start(script: Script): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(script);
    broker.#server.listen(0, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  private constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get url(): string {
    return `amqp://user:password@127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Resolves once a client is connected. */
  async connected(): Promise<void> {
    if (this.#sockets.size === 0) await once(this.#server, 'connection');
  }

  /** Resolves once no client is connected any more. */
  async deserted(): Promise<void> {
    await Promise.all([...this.#sockets].map((socket) => once(socket, 'close')));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#connections += 1;
    const connection = this.#connections;
    const reader = new FrameReader();
    const tags = new Map<number, number>();
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => this.#sockets.delete(socket));
    // A client that is gone for good resets the connection.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      for (const said of reader.read(bytes)) {
        const request = { ...said, connection };
        this.requests.push(request);
        const answer = this.#script(request) ?? usualAnswer(request, tags);
        if (answer.length > 0) socket.write(Buffer.concat(answer));
      }
    });
  }
}

function usualAnswer({ what, channel }: Request, tags: Map<number, number>): readonly Buffer[] {
  switch (what) {
    case 'protocol header':
      return [say.connectionStart()];
    case 'connection.start-ok':
      return [say.connectionTune()];
    case 'connection.open':
      return [say.connectionOpenOk()];
    case 'connection.close':
      return [say.connectionCloseOk()];
    case 'channel.open':
      tags.set(channel, 0);
      return [say.channelOpenOk(channel)];
    case 'channel.close':
      return [say.channelCloseOk(channel)];
    case 'confirm.select':
      return [say.confirmSelectOk(channel)];
    case 'message': {
      const tag = (tags.get(channel) ?? 0) + 1;
      tags.set(channel, tag);
      return [say.basicAck(channel, tag)];
    }
    default:
      return [];
  }
}
