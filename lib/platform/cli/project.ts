import type { Environment } from '../config/environment.ts';
import type { Application } from '../declaration/application.ts';
import type { Events } from '../declaration/event.ts';

/** What commands work on: an application, its events and where it runs. */
export interface Project {
  readonly app: Application;
  readonly events: Events;
  readonly environments: readonly Environment[];
  /** Absolute path of the program that synthesizes it, as the CDK command line starts it. */
  readonly program: string;
}
