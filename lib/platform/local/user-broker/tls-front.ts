import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { writeTestCertificates } from '../broker/certificates.ts';

export interface TlsFront {
  readonly port: number;
  readonly caFile: string;
  stop(): void;
}

/**
 * TLS in front of a broker that has none, on the loopback interface: functions speak TLS only, as on AWS.
 * @param certificates folder for a CA and a certificate of its own
 */
export const startTlsFront = async (
  target: { readonly host: string; readonly port: number },
  certificates: string,
): Promise<TlsFront> => {
  const { caFile, certificateFile, keyFile } = await writeTestCertificates(certificates);
  const sockets = new Set<Socket>();
  const server = createServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) }, (client) => {
    const broker = connect({ host: target.host, port: target.port, noDelay: true });
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket);
      // Either side's end is the other's; the AMQP clients see and report it.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    client.setNoDelay(true);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    caFile,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
