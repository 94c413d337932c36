import { describe, expect, it } from '@jest/globals';
import { plain } from '../../../../lib/platform/cli/paint.ts';
import { NoLocalRunError, readState, renderAddresses } from '../../../../lib/platform/cli/start/addresses.ts';
import { renderFirstScreen } from '../../../../lib/platform/cli/start/first-screen.ts';
import { readOptions } from '../../../../lib/platform/cli/start/options.ts';
import { StartProgress } from '../../../../lib/platform/cli/start/start-progress.ts';
import type { Application } from '../../../../lib/platform/declaration/application.ts';
import type { LocalState } from '../../../../lib/platform/local/state/state-file.ts';
import { app } from '../../application/app.ts';
import { events } from '../../application/events.ts';

const state: LocalState = {
  pid: 1,
  vhost: 'events',
  broker: {
    amqps: 'amqps://localhost:25671',
    management: 'https://localhost:24677',
    caFile: '/p/.local/broker/tls/ca.pem',
    credentialsFile: '/p/.local/credentials.json',
    version: '4.3.1',
  },
  publishers: { shop: { secretArn: 'arn:shop', variablesFile: '/p/.local/publishers/shop.env' } },
  queues: ['pay.shard-0', 'pay.shard-1'],
  deadLetterQueues: ['pay.dead-letter'],
  tables: { Payments: 'things-local-processing-Payments' },
  buckets: {},
  functions: {},
  endpoints: {
    aws: 'http://127.0.0.1:1',
    dynamoDb: 'http://127.0.0.1:2',
    s3: 'http://127.0.0.1:3',
    httpApi: 'http://127.0.0.1:4',
  },
  leftOut: [],
  parts: { broker: 'running', dynamoDb: 'running' },
  aws: { region: 'us-east-1', credentialsFile: '/p/.local/aws-credentials' },
};
const screenOf = (application: Application, known = events): readonly string[] =>
  renderFirstScreen({ app: application, events: known, state, seconds: 8.44 }, plain).split('\n');
const consumers = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `keep-number-${index}`,
      { on: { events: ['thing.made', 'thing.ended', 'person.joined', 'thing.moved', 'thing.mended'] } },
    ]),
  );

describe('the first screen of npm start', () => {
  it.each([
    ['the test application', app],
    ['an application with many consumers, of long names', { ...app, consumers: consumers(40) }],
    ['one without consumers', { ...app, consumers: {} }],
  ] as [string, Application][])('fits a terminal of 24 lines and 80 columns: %s', (_, application) => {
    const lines = screenOf(application);
    expect(lines.length).toBeLessThan(24);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it('begins with what to try: publish an example, see who gets messages, edit the handler that got it', () => {
    const lines = screenOf(app);
    expect(lines[0]).toBe('things is up after 8.4 s, on RabbitMQ 4.3.1.');
    expect(lines.slice(2, 7)).toEqual([
      'Try this in a second terminal:',
      '  npm run mq -- publish thing.made --example',
      '  npm run mq -- consumer status',
      'Then change a handler and save it; the next message runs the new code:',
      '  functions/keep-thing/handler.ts',
    ]);
  });

  it('says who gets what, and how many queues a consumer with shards has', () => {
    const shards = { count: 4, by: { header: 'thing-id' } } as const;
    const lines = screenOf({ ...app, consumers: { ...app.consumers, pay: { on: { events: ['paid'] }, shards } } });
    expect(lines).toContain('send-note   person.joined');
    expect(lines).toContain('pay         paid  (4 queues)');
  });

  it('says how to make the first consumer, or the first event, where there is none', () => {
    expect(screenOf({ ...app, consumers: {} })).toContain('  npm run new -- consumer bill-parking --on car.left');
    expect(screenOf(app, {} as typeof events)).toContain('  npm run new -- event car.left');
  });
});

describe('npm start -- --addresses', () => {
  it('says where everything is, and how to publish over HTTP', () => {
    const text = renderAddresses(state, '/p/.local/state.json', events);
    for (const part of [
      'amqps://localhost:25671',
      'https://localhost:24677',
      'pay.shard-1',
      'pay.dead-letter',
      'things-local-processing-Payments',
      'curl --aws-sigv4',
      'http://127.0.0.1:4/events/thing.made',
    ])
      expect(text).toContain(part);
  });

  it('says that nothing runs where nothing runs', () => {
    expect(() => readState('/nonexistent/state.json')).toThrow(NoLocalRunError);
    expect(() => readState('/nonexistent/state.json')).toThrow('start one with npm start');
  });

  it('is one of the options; others are refused with what there is', () => {
    expect(readOptions(['--addresses'])).toEqual({ failureVerb: 'nack', addresses: true });
    expect(readOptions(['--help'])).toBe('help');
    expect(() => readOptions(['--failure-verb', 'drop'])).toThrow('--failure-verb is drop; one of nack,');
    expect(() => readOptions(['--adresses'])).toThrow('npm start -- --addresses');
  });
});

describe('while npm start is starting', () => {
  it('says how far it is', () => {
    const progress = new StartProgress(2);
    expect(progress.text).toBe('starting RabbitMQ, synthesizing the stacks');
    const resource = { type: 'resource', stack: 's', logicalId: 'l', resourceType: 't', milliseconds: 1 } as const;
    expect(progress.note(resource)).toBe(true);
    expect(progress.note({ type: 'mapping', functionName: 'f', queue: 'q', state: 'Enabled' })).toBe(true);
    expect(progress.note({ type: 'mapping', functionName: 'f', queue: 'q', state: 'Enabled' })).toBe(false);
    expect(progress.text).toBe('making queues, tables and functions: 1 so far; 1 of 2 queues are read');
  });
});
