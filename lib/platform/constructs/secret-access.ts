import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type SecretReference, secretId } from '../config/secret-reference.ts';

/** What it takes to read a secret that exists, and no other. */
export const secretAccess = (scope: Construct, reference: SecretReference): readonly PolicyStatement[] => {
  const stack = Stack.of(scope);
  const read = new PolicyStatement({
    actions: ['secretsmanager:GetSecretValue'],
    resources: [secretArn(stack, secretId(reference))],
  });
  if (typeof reference === 'string') return [read];
  const decrypt = new PolicyStatement({
    actions: ['kms:Decrypt'],
    resources: [reference.encryptionKey.arn],
    conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${stack.region}.amazonaws.com` } },
  });
  return [read, decrypt];
};

/** INFO: Secrets Manager puts a hyphen and six random characters behind a secret's name. Policies are about the whole ARN. */
const secretArn = (stack: Stack, id: string): string => {
  if (!id.startsWith('arn:'))
    return `${stack.formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: id, arnFormat: ArnFormat.COLON_RESOURCE_NAME })}-??????`;
  return /-[A-Za-z0-9]{6}$/.test(id) ? id : `${id}-??????`;
};
