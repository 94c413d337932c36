import { settings } from '#settings';
import type { app } from '../app.ts';

export const { variable, secret } = settings<typeof app>();
