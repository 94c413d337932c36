import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { synthesizing } from '../../../lib/platform/cli/synthesize.ts';
import { startLocalRun } from '../../../lib/platform/local/local-run.ts';
import { project } from '../application/project.ts';
import { hasThing, localAssembly, makeThing, scratchFolder, until } from '../support/local-run-setting.ts';
import { ownBroker } from '../support/test-broker.ts';

it('a broker of one’s own is used as it is, and left as it is', async () => {
  // Users are the broker's, not the vhost's, and other tests have users of the same names.
  const vhost = await (await ownBroker()).vhost();
  const folder = scratchFolder();
  const options = {
    directory: join(folder, '.local'),
    brokerUrl: vhost.amqpUrl,
    managementUrl: vhost.adminUrl,
  };
  await expect(startLocalRun({ ...options, assembly: localAssembly() })).rejects.toThrow(
    `synthesize with -c vhost=${vhost.name}`,
  );
  const assembly = synthesizing(project, join(folder, 'cdk.out'), { env: 'local', vhost: vhost.name });
  const run = await startLocalRun({ ...options, assembly });
  try {
    expect(run.ownBroker).toBeUndefined();
    await makeThing(run, 'B-1');
    await until('the thing', () => hasThing(run, 'B-1'));
  } finally {
    await run.stop();
  }
  const connection = await connect(vhost.amqpUrl);
  const channel = await connection.createChannel();
  expect(await channel.checkQueue('keep-thing')).toMatchObject({ messageCount: 0, consumerCount: 0 });
  await connection.close();
}, 120_000);
