/**
 * File beside a function's code with what the stack tells it as JSON, for what grows with the application: all environment variables of a
 * function share 4 KB.
 */
export const bundledConfiguration = 'configuration.json';

/** Type of the metadata by which an assembly says of which handler file a function's code is the bundle. It is in no template. */
export const bundledEntry = 'bundle:entry';
