import { settings } from '#settings';
import type { app } from '../lib/app.ts';

/** Values of what consumers in lib/app.ts list under `variables` and `secrets`; docs/settings.md shows how. */
export const { variable, secret } = settings<typeof app>();
