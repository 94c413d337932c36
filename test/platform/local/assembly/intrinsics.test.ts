// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of Fn::Sub
import { describe, expect, it } from '@jest/globals';
import { type Resolved, resolve, type Scope } from '../../../../lib/platform/local/assembly/intrinsics.ts';
import type { Template, TemplateValue } from '../../../../lib/platform/local/assembly/template.ts';

const template: Template = {
  Conditions: { Yes: { 'Fn::Equals': ['a', 'a'] }, No: { 'Fn::Not': [{ Condition: 'Yes' }] } },
  Mappings: { Sizes: { large: { memory: 512 } } },
};
const scope: Scope = {
  template,
  ref: (name) => {
    if (name === 'Queue') return 'queue-1';
    if (name === 'AWS::Region') return 'us-east-1';
    throw new Error(`no ${name}`);
  },
  attribute: (logicalId, name) => (name === 'Endpoints' ? ['amqps://a', 'amqps://b'] : `${logicalId}/${name}`),
  importValue: (name) => `imported ${name}`,
  stackOutput: (stack, output) => `${stack} ${output}`,
  secret: ({ secretId, jsonKey }) => `<${secretId} ${jsonKey}>`,
};

const cases: [TemplateValue, Resolved][] = [
  ['plain', 'plain'],
  [{ a: [1, true, null] }, { a: [1, true, null] }],
  [{ Ref: 'Queue' }, 'queue-1'],
  [{ 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table/Arn'],
  [{ 'Fn::GetAtt': 'Table.Stream.Arn' }, 'Table/Stream.Arn'],
  [{ 'Fn::Join': [',', { 'Fn::GetAtt': ['Broker', 'Endpoints'] }] }, 'amqps://a,amqps://b'],
  [{ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Region' }, ':', 7]] }, 'arn:us-east-1:7'],
  [{ 'Fn::Select': ['1', { 'Fn::Split': ['-', { Ref: 'Queue' }] }] }, '1'],
  [{ 'Fn::Sub': 'x-${AWS::Region}-${Table.Arn}-${!Literal}' }, 'x-us-east-1-Table/Arn-${Literal}'],
  [{ 'Fn::Sub': ['${own}/${Queue}', { own: { 'Fn::Base64': 'hi' } }] }, 'aGk=/queue-1'],
  [{ 'Fn::ImportValue': { 'Fn::Sub': '${Queue}-export' } }, 'imported queue-1-export'],
  [
    { 'Fn::GetStackOutput': { StackName: 'network', OutputName: 'Vpc', Region: { Ref: 'AWS::Region' } } },
    'network Vpc',
  ],
  [{ 'Fn::FindInMap': ['Sizes', 'large', 'memory'] }, 512],
  [{ 'Fn::If': ['Yes', 1, { Ref: 'Nonexistent' }] }, 1],
  [{ keep: 1, drop: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] } }, { keep: 1 }],
  [[1, { Ref: 'AWS::NoValue' }], [1]],
  [{ 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] }, false],
  [{ 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] }, true],
  [{ 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }, 'us-east-1a'],
  [{ 'Fn::Cidr': ['10.0.0.0/16', 3, 8] }, ['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24']],
  [{ 'Fn::ToJsonString': { a: { Ref: 'Queue' } } }, '{"a":"queue-1"}'],
  [
    {
      'Fn::Join': [
        '',
        [
          '{{resolve:secretsmanager:',
          'arn:aws:secretsmanager:us-east-1:000000000000:secret:admin-AbCdEf',
          ':SecretString:password::}}',
        ],
      ],
    },
    '<arn:aws:secretsmanager:us-east-1:000000000000:secret:admin-AbCdEf password>',
  ],
  ['{{resolve:secretsmanager:admin}}', '<admin undefined>'],
];

describe('intrinsic functions', () => {
  it.each(cases)('%j gives %j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it.each([
    [{ 'Fn::Transform': { Name: 'x' } }, 'Fn::Transform is not supported'],
    [{ 'Fn::Select': [9, ['a']] }, 'no item 9'],
    [{ 'Fn::FindInMap': ['Sizes', 'small', 'memory'] }, 'Sizes / small / memory'],
    [{ 'Fn::If': ['Maybe', 1, 2] }, 'condition Maybe'],
    [{ 'Fn::Cidr': ['10.0.0.0/24', 3, 8] }, 'do not fit'],
    ['{{resolve:ssm:/a/b}}', '{{resolve:ssm:/a/b}} is not supported'],
  ] as [TemplateValue, string][])('%j is an error that says why', (value, words) => {
    expect(() => resolve(value, scope)).toThrow(words);
  });

  it('leaves dynamic references alone where their values are not wanted', () => {
    expect(resolve('{{resolve:secretsmanager:admin}}', { ...scope, secret: undefined })).toBe(
      '{{resolve:secretsmanager:admin}}',
    );
  });
});
