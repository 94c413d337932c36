// A TCP proxy on loopback that breaks connections in the ways in which networks do.

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

export class TcpProxy {
  readonly port: number;
  /** Connections accepted so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #pairs: Set<Pair>;
  /** While true, new connections are cut at once. */
  refusing = false;

  private constructor(server: Server, pairs: Set<Pair>) {
    this.#server = server;
    this.#pairs = pairs;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param host the loopback address to listen on */
  static async start(upstreamPort: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const pairs = new Set<Pair>();
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    const proxy = new TcpProxy(server, pairs);
    server.on('connection', (client) => proxy.#accept(client, upstreamPort));
    return proxy;
  }

  /** Connections that are open, or seem to be. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Ends every connection in an orderly way, as a load balancer does. */
  fin(): void {
    for (const { client, upstream } of this.#pairs) {
      upstream.destroy();
      client.end();
    }
  }

  /** Resets every connection. */
  rst(): void {
    for (const { client, upstream } of this.#pairs) {
      upstream.destroy();
      client.resetAndDestroy();
    }
  }

  /** Lets nothing through on the present connections any more, in either direction, and says nothing: half-open. */
  blackHole(): void {
    for (const { client, upstream } of this.#pairs) {
      client.unpipe(upstream).on('data', () => {});
      upstream.unpipe(client).on('data', () => {});
      upstream.on('end', () => {});
      upstream.removeAllListeners('close');
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const { client, upstream } of this.#pairs) {
      client.destroy();
      upstream.destroy();
    }
    await closed;
  }

  #accept(client: Socket, upstreamPort: number): void {
    this.accepted += 1;
    // A cut connection is what this is about; its errors are the other side's business.
    client.on('error', () => {});
    if (this.refusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true });
    const pair = { client, upstream };
    this.#pairs.add(pair);
    upstream.on('error', () => {});
    client.on('close', () => {
      this.#pairs.delete(pair);
      upstream.destroy();
    });
    upstream.on('close', () => client.end());
    client.pipe(upstream);
    upstream.pipe(client, { end: false });
  }
}
