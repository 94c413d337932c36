import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { ingest } from '../../lib/platform/runtime/ingest/ingest.ts';
import { eventSchemas } from '../events.ts';

// Callers are told what is wrong in words; without a locale every problem reads "Invalid input".
z.config(en());

/** `POST /events/{type}`: publishes an event that somebody sends over HTTP. */
export const handler = ingest({ schemas: eventSchemas });
