// All that needs the stacks as a whole, one after the other on one local run of them: starting one takes 15 s of CPU time. They are the files
// beside this one that end in `.stacks.ts`; each can be run alone with `-t` and the name of its tests.

import { jest } from '@jest/globals';
import { isFirstVersion } from '../support/test-broker.ts';

// What differs between versions of the broker is tested file by file; the older ones have to run the stacks once.
if (isFirstVersion()) {
  await import('./when-an-event-comes-in-over-http.stacks.ts');
  await import('./when-an-event-is-too-large-for-the-broker.stacks.ts');
  await import('./when-events-go-through-the-outbox.stacks.ts');
  await import('./when-secrets-rotate.stacks.ts');
  await import('./when-a-consumer-has-variables-and-secrets.stacks.ts');
  await import('./when-a-service-publishes.stacks.ts');
  await import('./when-a-consumer-fails.stacks.ts');
  await import('./when-parts-of-a-run-die.stacks.ts');
}
// Ends the run.
await import('./when-the-stacks-run-locally.stacks.ts');

// Nothing here takes a minute on a machine that has nothing else to do.
jest.setTimeout(300_000);
