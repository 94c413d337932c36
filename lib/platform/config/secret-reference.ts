import { matching, type Problem } from './limits.ts';

/**
 * Where a secret of yours is: its name or ARN in AWS Secrets Manager, in the account and region of the stacks. Where a key of yours encrypts it, with that key, or
 * functions could not read it.
 */
export type SecretReference = string | { readonly secret: string; readonly encryptionKey: { readonly arn: string } };

/** Name or ARN. */
export const secretId = (reference: SecretReference): string =>
  typeof reference === 'string' ? reference : reference.secret;

const name = '[A-Za-z0-9/_+=.@-]{1,512}';
const secret = new RegExp(`^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\\d{12}:secret:)?${name}$`);
const key = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/;

/** What is wrong with a reference. Names: "CreateSecret" in the API reference of Secrets Manager. */
export const secretProblems = (path: string, reference: SecretReference): readonly Problem[] => [
  ...matching(
    path,
    secretId(reference),
    secret,
    'it must be the name of a secret in Secrets Manager, 1 to 512 letters, digits and / _ + = . @ -, or its ARN',
  ),
  ...(typeof reference === 'string'
    ? []
    : matching(`${path}.encryptionKey.arn`, reference.encryptionKey.arn, key, 'it must be the ARN of a key in KMS')),
];
