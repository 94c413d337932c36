import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';

/** Folder of the run that `npm start` keeps. */
export const localFolder = join(projectRoot, '.local');
/** By which other commands find it. */
export const stateFile = join(localFolder, 'state.json');
