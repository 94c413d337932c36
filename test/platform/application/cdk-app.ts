// The CDK app of the test application.

import { synthesizeStacks } from '../../../lib/platform/stacks/synthesize-stacks.ts';
import { functionsFolder, project } from './project.ts';
import { addStacks } from './stacks.ts';

synthesizeStacks(project.app, project.environments, { functionsFolder, addStacks });
