import type { AddStacks } from '#stacks';
import type { app } from './app.ts';

/**
 * Stacks of your own beside those that `app.ts` makes, in each environment: a service that publishes, a bucket, a dashboard.
 * `docs/publishers-outside-lambda.md` shows one.
 */
export const addStacks: AddStacks<typeof app> = () => {};
