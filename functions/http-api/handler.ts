import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { httpApi } from '#http-api';
import { events } from '../events.ts';

// Callers are told what is wrong in words; without a locale every problem reads "Invalid input".
z.config(en());

/** `POST /events/{type}`: publishes an event that somebody sends over HTTP. */
export const handler = httpApi({ events });
