import { describe, expect, it } from '@jest/globals';
import { configurationLines } from '../../lib/constructs/broker-configuration.ts';

describe("the broker's configuration", () => {
  it('has the keys of RabbitMQ', () => {
    const settings = {
      consumerTimeoutMilliseconds: 1_800_000,
      heartbeatSeconds: 60,
      maxMessageSizeBytes: 1_048_576,
    };
    expect(configurationLines(settings)).toEqual([
      'consumer_timeout = 1800000',
      'heartbeat = 60',
      'max_message_size = 1048576',
    ]);
  });

  it("leaves Amazon MQ's default where nothing is said, and takes 0 at its word", () => {
    expect(configurationLines({})).toEqual([]);
    expect(configurationLines({ consumerTimeoutMilliseconds: 0 })).toEqual(['consumer_timeout = 0']);
  });
});
