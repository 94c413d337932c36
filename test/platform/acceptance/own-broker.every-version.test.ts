// All that kills or restarts a broker, or needs one without anybody else's users: one after the other on one that is only theirs. They are
// the files beside this one that end in `.own-broker.ts`; each can be run alone with `-t` and the name of its tests.

import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, jest } from '@jest/globals';
import { isFirstVersion } from '../support/test-broker.ts';

await import('./when-a-broker-is-killed.own-broker.ts');
await import('./when-the-broker-fails-while-publishing.own-broker.ts');
if (isFirstVersion()) await import('./when-a-broker-of-ones-own-is-used.own-broker.ts');

// RabbitMQ loses a quorum queue that is killed within about a second of its declaration. One wait does for what all files have declared before.
beforeAll(() => sleep(3000));

jest.setTimeout(300_000);
