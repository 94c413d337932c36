import { join } from 'node:path';
import { events } from '../functions/events.ts';
import { app } from '../lib/app.ts';
import { environments } from '../lib/environments.ts';
import type { Project } from '../lib/platform/cli/project.ts';

/** What the commands in this folder work on. */
export const project: Project = { app, events, environments, program: join(import.meta.dirname, 'app.ts') };
