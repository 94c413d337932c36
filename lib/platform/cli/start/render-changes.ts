import type { Change, Changes } from '../../local/local-stack.ts';

/** Types of resources that people think of, and what they call them. Others come with these. */
const kinds: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'function',
  'AWS::DynamoDB::Table': 'table',
  'AWS::DynamoDB::GlobalTable': 'table',
  'AWS::S3::Bucket': 'bucket',
};

/** Without what CDK adds to make it unique. */
const plain = (logicalId: string): string => logicalId.replace(/(?:Table)?[0-9A-F]{8}$/, '');

/** What a changed declaration did to the run, for the terminal; empty when nothing that anybody would notice. */
export const renderChanges = (
  { created, updated, removed, kept }: Changes,
  nameOf: (functionName: string) => string,
): string => {
  const list = (what: string, changes: readonly Change[]): string[] => {
    const known = changes.flatMap((change) => {
      const kind = kinds[change.resourceType];
      if (kind === undefined) return [];
      return [kind === 'function' ? `function ${nameOf(change.physicalId)}` : `${kind} ${plain(change.logicalId)}`];
    });
    return known.length === 0 ? [] : [`${what}: ${known.join(', ')}`];
  };
  const done = [...list('new', created), ...list('changed', updated), ...list('gone', removed)].join('; ');
  const rest = kept.map((reason) => `not changed: ${reason}. Start again to apply that.`);
  return [...(done === '' ? [] : [done]), ...rest].join('\n');
};
