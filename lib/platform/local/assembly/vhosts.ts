import type { Assembly } from './read-assembly.ts';

/** Vhosts that the mappings of an assembly read, as far as they are plain text in its templates. */
export const vhostsOf = (assembly: Assembly): ReadonlySet<string> => {
  const vhosts = new Set<string>();
  for (const { template } of assembly.stacks)
    for (const { Type, Properties } of Object.values(template.Resources ?? {})) {
      const access = Type === 'AWS::Lambda::EventSourceMapping' ? Properties?.SourceAccessConfigurations : undefined;
      for (const each of Array.isArray(access) ? (access as readonly { Type?: string; URI?: unknown }[]) : [])
        if (each.Type === 'VIRTUAL_HOST' && typeof each.URI === 'string') vhosts.add(each.URI);
    }
  return vhosts;
};
