import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A broker as `DescribeBroker` has it in JSON. */
export interface StandInBroker {
  readonly brokerName: string;
  readonly engineType: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly [property: string]: unknown;
}

/**
 * The API of Amazon MQ as far as it describes brokers, with bodies as its reference shows them, in pages of one. Made up: no account is behind it.
 */
export const startMqStandIn = async (brokers: Readonly<Record<string, StandInBroker>>) => {
  const asked: string[] = [];
  const engineVersions = [['4.3', '4.2'], ['3.13']];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    asked.push(url.pathname);
    const page = Number(url.searchParams.get('nextToken') ?? 0);
    const [, , kind, id] = url.pathname.split('/');
    const nextOf = (pages: number) => (page + 1 < pages ? { nextToken: String(page + 1) } : {});
    const ids = Object.keys(brokers);
    const list = { brokerSummaries: [{ brokerId: ids[page], ...brokers[ids[page] ?? ''] }], ...nextOf(ids.length) };
    const types = {
      brokerEngineTypes: [{ engineType: 'RABBITMQ', engineVersions: engineVersions[page]?.map((name) => ({ name })) }],
      ...nextOf(engineVersions.length),
    };
    const one = id === undefined ? list : { brokerId: id, brokerState: 'RUNNING', ...brokers[id] };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(kind === 'broker-engine-types' ? types : one));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Paths, in turn. */
    asked,
    stop: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
};
