import { fileURLToPath } from 'node:url';

/** The folder with `cdk.json`. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));
