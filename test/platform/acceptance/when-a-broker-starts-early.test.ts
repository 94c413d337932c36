import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { OwnBroker } from '../../../lib/platform/local/broker/own-broker.ts';
import { startLocalRun } from '../../../lib/platform/local/local-run.ts';
import { isAlive } from '../support/processes.ts';

const scratch = mkdtempSync(join(tmpdir(), 'early-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const patience = 90_000;

describe('when a broker starts before the assembly that describes it is there', () => {
  it(
    'it is used when it was right about the configuration, else replaced',
    async () => {
      const directory = join(scratch, 'broker');
      const broker = new OwnBroker({ directory });
      try {
        broker.expect({ consumer_timeout: '900000' });
        await broker.start({ consumer_timeout: '900000', heartbeat: '30' });
        expect(readFileSync(join(directory, 'rabbitmq.conf'), 'utf8')).toContain('heartbeat = 30\n');
        const { pid } = broker.running ?? {};
        await broker.start({ heartbeat: '30', consumer_timeout: '900000' });
        expect(broker.running?.pid).toBe(pid);
      } finally {
        await broker.stop();
      }
      expect(isAlive(broker.running?.pid ?? 0)).toBe(false);
      expect(existsSync(directory)).toBe(false);
    },
    patience,
  );

  it(
    'nothing of it is left when there will be no assembly',
    async () => {
      const directory = join(scratch, 'run');
      const starting = startLocalRun({
        assembly: {
          folder: Promise.reject(new Error('does not synthesize')),
          brokerConfiguration: ['consumer_timeout = 900000'],
        },
        directory,
      });
      await expect(starting).rejects.toThrow('does not synthesize');
      expect(existsSync(join(directory, 'broker'))).toBe(false);
      expect(existsSync(join(directory, 'run.lock'))).toBe(false);
    },
    patience,
  );
});
