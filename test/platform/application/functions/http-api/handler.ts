import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { httpApi } from '#http-api';
import { events } from '../../events.ts';

z.config(en());

export const handler = httpApi({ events });
