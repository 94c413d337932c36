import type { Environment } from '../config/environment.ts';
import type { Application } from '../declaration/application.ts';

/** What commands work on: an application and where it runs. */
export interface Project {
  readonly app: Application;
  readonly environments: readonly Environment[];
  /** Absolute path of the program that synthesizes it, as the CDK command line starts it. */
  readonly program: string;
}
