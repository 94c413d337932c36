// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Template } from '../../../lib/platform/local/assembly/template.ts';

const functions = fileURLToPath(new URL('../fixtures/local/functions', import.meta.url));

/** Writes a made-up cloud assembly of the stack `tiny`, and of `others` after it; the asset `functions` is test/platform/fixtures/local/functions. */
export const writeAssembly = (template: Template, others: Readonly<Record<string, Template>> = {}): string => {
  const stacks = Object.entries({ tiny: template, ...others });
  const directory = mkdtempSync(join(tmpdir(), 'tiny-assembly-'));
  mkdirSync(join(directory, 'asset.functions'));
  cpSync(functions, join(directory, 'asset.functions'), { recursive: true });
  const files: Record<string, unknown> = {
    'manifest.json': {
      artifacts: {
        'tiny.assets': { type: 'cdk:asset-manifest', properties: { file: 'tiny.assets.json' } },
        ...Object.fromEntries(
          stacks.map(([name]) => [
            name,
            {
              type: 'aws:cloudformation:stack',
              properties: { templateFile: `${name}.template.json` },
              dependencies: [name === 'tiny' ? 'tiny.assets' : 'tiny'],
            },
          ]),
        ),
      },
    },
    'tiny.assets.json': { files: { functions: { source: { path: 'asset.functions', packaging: 'zip' } } } },
    ...Object.fromEntries(stacks.map(([name, each]) => [`${name}.template.json`, each])),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(content));
  return directory;
};

/** Resources of a function of the asset, with its role. */
export const functionResources = (
  handler: string,
  properties: Record<string, string | number> = {},
): NonNullable<Template['Resources']> => ({
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'functions.zip' },
      Handler: handler,
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ...properties,
    },
  },
});
