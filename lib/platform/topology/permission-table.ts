import { delayLevels } from '../config/message-limits.ts';
import { brokerOperations } from './broker-operations.ts';
import type { TopologyDeclaration } from './declaration.ts';
import { expandTopology } from './expand.ts';
import type { TopicPermission, Topology } from './model.ts';
import { delayLevel } from './names.ts';
import { nothing } from './patterns.ts';

/** Who may do what on the broker, in Markdown: the patterns that the broker has, and what follows from them. */
export function permissionTable(declaration: TopologyDeclaration, { vhost }: { readonly vhost: string }): string {
  const topology = expandTopology(declaration, { vhost });
  const users = topology.users.filter(({ alternateOf }) => alternateOf === undefined).map(({ name }) => name);
  const patterns = users.map((user) => {
    const {
      configure = nothing,
      write = nothing,
      read = nothing,
    } = topology.permissions.find((permission) => permission.user === user) ?? {};
    return [code(user), ...[configure, write, read].map(pattern), routingKeys(topology, user)];
  });
  const operations = brokerOperations(declaration).map(({ name, users: allowed }) => [
    name,
    allowed.length === 0 ? 'nobody' : allowed.map(code).join(', '),
  ]);
  return [
    '## Patterns',
    '',
    ...table(['user', 'configure', 'write', 'read', 'routing keys'], patterns),
    '',
    '## Operations',
    '',
    ...table(['operation', 'allowed to'], operations),
    '',
  ].join('\n');
}

/** The same pattern on several exchanges is said once. */
function routingKeys({ topicPermissions }: Topology, user: string): string {
  const own = topicPermissions.filter((permission) => permission.user === user);
  const byPattern = Map.groupBy(own, ({ write }) => write);
  const lines = [...byPattern].map(([write, grants]) => `${places(grants)}: ${pattern(write)}`);
  return lines.length === 0 ? 'any' : lines.join('<br>');
}

function places(grants: readonly TopicPermission[]): string {
  const names = grants.map(({ exchange }) => exchange);
  const levels = Array.from({ length: delayLevels }, (_, level) => delayLevel(level));
  return levels.every((level) => names.includes(level))
    ? [
        `${code(delayLevel(0))} to ${code(delayLevel(delayLevels - 1))}`,
        ...names.filter((name) => !levels.includes(name)).map(code),
      ].join(', ')
    : names.map(code).join(', ');
}

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const pattern = (text: string): string => (text === nothing || text === '' ? '–' : code(text));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
