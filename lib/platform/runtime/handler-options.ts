import type { CheckedOptions } from './check-options.ts';

/** Registered, so that it is the same symbol inside a bundle and outside of it. */
const key = Symbol.for('options of the consumer');

/** Lets a handler say what it was made of: to tests, and to whatever wraps handlers before they get their first batch. */
export const noteOptions = (handler: object, options: CheckedOptions): void => {
  Object.defineProperty(handler, key, { value: options });
};

/** The options that `consumer` has made a handler of; undefined for any other handler. */
export const notedOptions = (handler: unknown): CheckedOptions | undefined =>
  typeof handler === 'function' ? (handler as { readonly [key]?: CheckedOptions })[key] : undefined;
