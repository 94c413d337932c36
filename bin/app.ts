// The CDK app.

import { events } from '../functions/events.ts';
import { app } from '../lib/app.ts';
import { environments } from '../lib/environments.ts';
import { synthesizeStacks } from '../lib/platform/stacks/synthesize-stacks.ts';
import { addStacks } from '../lib/stacks.ts';

synthesizeStacks(app, environments, { addStacks, eventTypes: Object.keys(events) });
