// A shortened `npm run soak`.

import { describe, expect, it } from '@jest/globals';
import { callWhileAway } from '../../bin/soak/call-while-away.ts';
import { publishUnderFaults } from '../../bin/soak/publish-under-faults.ts';
import { installationOfThisRun, ownBroker } from '../support/broker.ts';

describe('when the broker restarts, connections are cut and publishers blocked while publishing', () => {
  it('what is confirmed is in the queue, what is said not to have arrived is not, and every message has a result', async () => {
    const broker = await ownBroker();
    const { name: vhost } = await broker.vhost();
    const account = await publishUnderFaults({
      broker,
      home: installationOfThisRun().home,
      vhost,
      messages: 4_000,
      callers: 6,
      timeoutMilliseconds: 3000,
      blockedMilliseconds: 1500,
      onFault: () => {},
    });
    expect(account).toMatchObject({ restarts: 3, cuts: 5, blocks: 1, unaccounted: 0, lost: [], denied: [] });
    const { confirmed, failed, rejected, returned } = account.said;
    expect(confirmed + failed + rejected + returned).toBe(4_000);
    expect(confirmed).toBeGreaterThan(2000);
    expect(account.connections).toBeGreaterThan(5);
  }, 240_000);
});

describe('when the caller keeps calling while no broker is there', () => {
  it('it holds no more than 128 MiB for messages of 4 KiB: calls beyond what may wait are refused at once', async () => {
    const report = await callWhileAway({ calls: 50_000, bodyBytes: 4096 });
    expect(report).toMatchObject({ calls: 50_000, confirmed: 0 });
    expect(report.refused + report.failed).toBe(50_000);
    expect(report.refused).toBeGreaterThan(5000);
    expect(report.heldMebibytes).toBeLessThanOrEqual(128);
  }, 180_000);
});
