import { MqClient } from '@aws-sdk/client-mq';
import { afterAll, beforeAll, describe, expect, it, test } from '@jest/globals';
import { findBroker, soldVersions } from '../../../../lib/platform/operations/broker-health/find-broker.ts';
import { type StandInBroker, startMqStandIn } from './stand-in.ts';

const brokers: Record<string, StandInBroker> = {
  'b-1': { brokerName: 'events-dev', engineType: 'RABBITMQ', tags: { application: 'events', environment: 'dev' } },
  'b-2': { brokerName: 'events-prod', engineType: 'RABBITMQ', tags: { application: 'events', environment: 'prod' } },
  'b-3': { brokerName: 'legacy', engineType: 'ACTIVEMQ', tags: { application: 'events', environment: 'prod' } },
  'b-4': { brokerName: 'other', engineType: 'RABBITMQ', tags: {} },
};

let standIn: Awaited<ReturnType<typeof startMqStandIn>>;
let client: MqClient;
beforeAll(async () => {
  standIn = await startMqStandIn(brokers);
  client = new MqClient({
    endpoint: standIn.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
});
afterAll(() => {
  client.destroy();
  standIn.stop();
});

describe('a broker is found', () => {
  it.each([
    ['by the tags of its stack', { application: 'events', environment: 'prod' }, 'b-2'],
    ['by its name', { broker: 'other' }, 'b-4'],
    ['by its id', { broker: 'b-1' }, 'b-1'],
  ])('%s, on whatever page of the list it is', async (_, query, id) => {
    expect(await findBroker(client, query)).toMatchObject({ BrokerId: id, BrokerState: 'RUNNING' });
    // Brokers of ActiveMQ are not even looked at.
    expect(standIn.asked).not.toContain('/v1/brokers/b-3');
  });

  it('or else those that there are are named', async () => {
    await expect(findBroker(client, { application: 'events', environment: 'staging' })).rejects.toThrow(
      'no RabbitMQ broker is tagged application=events environment=staging in region eu-west-1; there are events-dev, events-prod, other',
    );
  });

  it('or else, when several are meant, somebody has to choose', async () => {
    const { tags } = brokers['b-1'] as StandInBroker;
    brokers['b-4'] = { brokerName: 'other', engineType: 'RABBITMQ', tags };
    await expect(findBroker(client, { application: 'events', environment: 'dev' })).rejects.toThrow(
      '2 brokers are tagged application=events environment=dev: events-dev, other; name one with --broker',
    );
    brokers['b-4'] = { brokerName: 'other', engineType: 'RABBITMQ', tags: {} };
  });
});

test('the versions that are sold come from all pages', async () => {
  expect(await soldVersions(client)).toEqual(['4.3', '4.2', '3.13']);
});
