import { AssemblyError, type Template, type TemplateValue } from './template.ts';

/** Names that a value's `Ref`, `Fn::GetAtt` and `Fn::Sub` mention: resources, but also parameters and pseudo parameters. */
export const mentionedNames = (value: TemplateValue, into = new Set<string>()): Set<string> => {
  if (value === null || typeof value !== 'object') return into;
  if (Array.isArray(value)) {
    for (const item of value as readonly TemplateValue[]) mentionedNames(item, into);
    return into;
  }
  for (const [name, argument] of Object.entries(value as Record<string, TemplateValue>)) {
    if (name === 'Ref' && typeof argument === 'string') into.add(argument);
    else if (name === 'Fn::GetAtt')
      into.add(
        typeof argument === 'string' ? (argument.split('.')[0] ?? '') : String((argument as TemplateValue[])[0]),
      );
    else {
      if (name === 'Fn::Sub') {
        const template = Array.isArray(argument) ? argument[0] : argument;
        for (const [, mention = ''] of String(template).matchAll(/\$\{([^!}][^}]*)\}/g))
          into.add(mention.split('.')[0] ?? '');
      }
      mentionedNames(argument, into);
    }
  }
  return into;
};

/**
 * For each resource of a template, the resources that must exist before it.
 * @throws AssemblyError for a `DependsOn` that names nothing, and for a circle
 */
export const dependencies = (template: Template): Map<string, ReadonlySet<string>> => {
  const resources = template.Resources ?? {};
  const graph = new Map<string, ReadonlySet<string>>();
  for (const [logicalId, resource] of Object.entries(resources)) {
    const explicit = typeof resource.DependsOn === 'string' ? [resource.DependsOn] : (resource.DependsOn ?? []);
    for (const name of explicit)
      if (!(name in resources))
        throw new AssemblyError(`${logicalId} depends on ${name}, which is not in the template`);
    const mentioned = [...mentionedNames(resource.Properties ?? {})].filter((name) => name in resources);
    graph.set(logicalId, new Set([...explicit, ...mentioned]));
  }
  refuseCircles(graph);
  return graph;
};

const refuseCircles = (graph: ReadonlyMap<string, ReadonlySet<string>>): void => {
  const done = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): void => {
    if (done.has(logicalId)) return;
    if (path.includes(logicalId))
      throw new AssemblyError(`resources depend on each other in a circle: ${[...path, logicalId].join(' -> ')}`);
    for (const next of graph.get(logicalId) ?? []) visit(next, [...path, logicalId]);
    done.add(logicalId);
  };
  for (const logicalId of graph.keys()) visit(logicalId, []);
};

/** These resources and all that must exist before them. */
export const withDependencies = (
  logicalIds: Iterable<string>,
  graph: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> => {
  const found = new Set<string>();
  const visit = (logicalId: string): void => {
    if (found.has(logicalId)) return;
    found.add(logicalId);
    for (const next of graph.get(logicalId) ?? []) visit(next);
  };
  for (const logicalId of logicalIds) visit(logicalId);
  return found;
};
