// Loaded with `node --import` before the handler of a local function, with the folder of the fault plan in its URL. Lets the function's module
// export its handler with faults; the module itself is the one that deploys and does not know of it.

import { realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env;
const [file = '', exported = ''] = _HANDLER.split('.');
const module = pathToFileURL(join(realpathSync(LAMBDA_TASK_ROOT), `${file}.mjs`)).href;
const itself = JSON.stringify(`${module}?itself`);
const sibling = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
const folder = new URL(import.meta.url).searchParams.get('plan');

const source = `
import { FaultPlan } from ${sibling('fault-plan.ts')};
import { withFaults } from ${sibling('wrap-handler.ts')};
import * as itself from ${itself};
export * from ${itself};
export const ${exported} = withFaults(itself.${exported}, { plan: new FaultPlan(${JSON.stringify(folder)}) });
`;

registerHooks({
  load: (url, context, next) =>
    url === module ? { format: 'module', source, shortCircuit: true } : next(url, context),
});
