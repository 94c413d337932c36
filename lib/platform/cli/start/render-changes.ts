import type { Change, Changes } from '../../local/local-stack.ts';

/** Types of resources that people think of, and what they call them. Most others come with these. */
const kinds: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'function',
  'AWS::DynamoDB::Table': 'table',
  'AWS::DynamoDB::GlobalTable': 'table',
  'AWS::S3::Bucket': 'bucket',
};

/** Without what CDK adds to make it unique. */
const plain = (logicalId: string): string => logicalId.replace(/(?:Table)?[0-9A-F]{8}$/, '');

/** What a changed declaration did to the run, for the terminal; empty when it did nothing. */
export const renderChanges = (
  { created, updated, removed, kept }: Changes,
  nameOf: (functionName: string) => string,
): string => {
  const nameIn = ({ resourceType, logicalId, physicalId }: Change): string[] => {
    const kind = kinds[resourceType];
    if (kind === undefined) return [];
    return [kind === 'function' ? `function ${nameOf(physicalId)}` : `${kind} ${plain(logicalId)}`];
  };
  const list = (what: string, changes: readonly Change[]): string[] => {
    if (changes.length === 0) return [];
    const names = changes.flatMap(nameIn);
    const others = changes.filter(({ resourceType }) => kinds[resourceType] === undefined);
    if (names.length === 0)
      return [`${what}: ${[...new Set(others.map(({ resourceType }) => resourceType))].join(', ')}`];
    return [`${what}: ${names.join(', ')}${others.length === 0 ? '' : ` and ${others.length} more`}`];
  };
  const done = [...list('new', created), ...list('changed', updated), ...list('gone', removed)].join('; ');
  const rest = kept.map((reason) => `not changed: ${reason}. Start again to apply that.`);
  return [...(done === '' ? [] : [done]), ...rest].join('\n');
};
