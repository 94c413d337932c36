import { basename } from 'node:path';
import type { Assembly } from './assembly/read-assembly.ts';
import type { Machine } from './machine.ts';
import { isSameCode } from './runtime/same-code.ts';

/** S3 key of the code of each function, by `stack/logicalId`, and the templates without these keys. */
const codeOf = (assembly: Assembly): { readonly keys: ReadonlyMap<string, string>; readonly rest: string } => {
  const keys = new Map<string, string>();
  const rest = assembly.stacks.map(({ name, template }) => {
    const copy = structuredClone(template.Resources ?? {}) as Record<
      string,
      { Type: string; Properties?: { Code?: { S3Key?: string } }; Metadata?: unknown }
    >;
    for (const [logicalId, resource] of Object.entries(copy)) {
      // Names the folder of the code, too.
      delete resource.Metadata;
      const code = resource.Type === 'AWS::Lambda::Function' ? resource.Properties?.Code : undefined;
      if (!code?.S3Key) continue;
      keys.set(`${name}/${logicalId}`, code.S3Key);
      delete code.S3Key;
    }
    return { name, copy };
  });
  return { keys, rest: JSON.stringify(rest) };
};

/**
 * Deploys the code of the functions whose asset changed, and nothing else: other changes are reported as in need of a
 * new start.
 * @returns names of the functions that run new code from their next invocation
 */
export const updateFunctions = async (
  machine: Machine,
  before: Assembly,
  after: Assembly,
  notice: (message: string) => void,
): Promise<string[]> => {
  const [old, fresh] = [codeOf(before), codeOf(after)];
  if (old.rest !== fresh.rest)
    notice('the templates changed in more than the code of functions; start again to apply that');
  const assets = new Map(after.stacks.flatMap(({ assets: files }) => [...files]));
  const changed: string[] = [];
  for (const [target, { stack, logicalId }] of machine.functionResources) {
    const key = fresh.keys.get(`${stack}/${logicalId}`);
    if (key === undefined || key === old.keys.get(`${stack}/${logicalId}`)) continue;
    const code = assets.get(basename(key).replace(/\.zip$/, ''));
    if (code === undefined || isSameCode(code, target.settings.code)) continue;
    const failure = await target.replace({ ...target.settings, code });
    if (failure) notice(`${target.name}: the new code does not load: ${failure.errorType}: ${failure.errorMessage}`);
    else changed.push(target.name);
  }
  return changed;
};
