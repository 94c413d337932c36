import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Change, formatted, listed, write } from '../source/changes.ts';
import { parseSource } from '../source/source.ts';
import { addEvent } from './add-event.ts';
import { eventsFile } from './declared-event.ts';

/** Adds an event to the project in this folder. @returns what to tell the user */
export const newEvent = async (root: string, type: string): Promise<string> => {
  const source = parseSource(eventsFile, readFileSync(join(root, eventsFile), 'utf8'));
  const { text, schema } = addEvent(source, type);
  const what = `schema ${schema} and an example: give them the fields that the event has`;
  const changes: Change[] = [{ path: eventsFile, text, what }];
  write(root, await formatted(root, changes));
  return `Event ${type}:
${listed(changes)}
Next: npm run new -- consumer <name> --on ${type}
Undo: git restore ${eventsFile}`;
};
