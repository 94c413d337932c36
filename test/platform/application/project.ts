import { join } from 'node:path';
import type { Project } from '../../../lib/platform/cli/project.ts';
import { app } from './app.ts';
import { environments } from './environments.ts';
import { events } from './events.ts';

/** The test application, as the commands take it. */
export const project: Project = { app, events, environments, program: join(import.meta.dirname, 'cdk-app.ts') };

/** Folder of its handlers. */
export const functionsFolder = join(import.meta.dirname, 'functions');
