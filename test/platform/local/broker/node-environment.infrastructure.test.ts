import { describe, expect, it } from '@jest/globals';
import { nodeEnvironment } from '../../../../lib/platform/local/broker/node-environment.ts';

const ports = { amqps: 20001, amqp: 20002, management: 20003, managementHttp: 20004, distribution: 20005, epmd: 20006 };
const unpacked = {
  version: '4.0.5',
  home: '/c/rabbitmq-4.0.5/root/usr/lib/rabbitmq/lib/x',
  path: '/c/rabbitmq-4.0.5/bin',
};

function environment(inherited: NodeJS.ProcessEnv, path = unpacked.path): Record<string, string> {
  return nodeEnvironment({ ...unpacked, path }, '/run/b', 'local-1@localhost', ports, inherited);
}

describe('the environment of a private node', () => {
  it("takes nothing of a RabbitMQ or Erlang that the caller's environment is about", () => {
    const foreign = {
      RABBITMQ_NODENAME: 'rabbit@prod',
      RABBITMQ_BASE: '/var',
      ERL_LIBS: '/x',
      ERL_FLAGS: '-x',
      HOME: '/home/u',
    };
    const result = environment({ ...foreign, PATH: '/usr/bin' });
    expect(result).not.toHaveProperty('RABBITMQ_BASE');
    expect(result).not.toHaveProperty('ERL_LIBS');
    expect(result).not.toHaveProperty('ERL_FLAGS');
    expect(result.RABBITMQ_NODENAME).toBe('local-1@localhost');
    expect(result.HOME).toBe('/run/b/home');
  });

  it('finds the unpacked Erlang before an installed one', () => {
    expect(environment({ PATH: '/usr/local/bin:/usr/bin' }).PATH).toBe('/c/rabbitmq-4.0.5/bin:/usr/local/bin:/usr/bin');
    expect(environment({ PATH: '/usr/bin' }, '').PATH).toBe('/usr/bin');
    expect(environment({}, '').PATH).toBe('/usr/local/bin:/usr/bin:/bin');
  });

  it('keeps every file of the node in its folder', () => {
    const files = Object.entries(environment({ PATH: '/usr/bin' })).filter(
      ([key, value]) => key.startsWith('RABBITMQ_') && value.startsWith('/') && value !== '/dev/null',
    );
    expect(files.length).toBeGreaterThanOrEqual(9);
    for (const [, value] of files) expect(value).toMatch(/^\/run\/b\//);
  });

  it('has neither epmd nor the distribution protocol on an outside address', () => {
    const result = environment({ PATH: '/usr/bin' });
    expect(result.ERL_EPMD_ADDRESS).toBe('127.0.0.1');
    expect(result.RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS).toContain('inet_dist_use_interface {127,0,0,1}');
  });
});
