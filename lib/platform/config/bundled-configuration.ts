/**
 * File beside a function's code with what the stack tells it as JSON, for what grows with the application: all environment variables of a
 * function share 4 KB.
 */
export const bundledConfiguration = 'configuration.json';
