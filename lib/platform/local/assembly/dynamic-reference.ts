import { UnsupportedError } from './template.ts';

/** A `{{resolve:secretsmanager:…}}` of a template. */
export interface SecretReference {
  /** ARN or name. */
  readonly secretId: string;
  /** Member of the secret's JSON; absent: the whole string. */
  readonly jsonKey?: string;
}

const pattern = /\{\{resolve:([^}]*)\}\}/g;

const parse = (reference: string): SecretReference => {
  // The ARN itself holds colons: six before the secret's name, which holds none.
  const [, secretId, field, jsonKey] =
    /^secretsmanager:(arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]+|[^:]+)(?::([^:]*)(?::([^:]*)(?::[^:]*){0,2})?)?$/.exec(
      reference,
    ) ?? [];
  if (!secretId || (field && field !== 'SecretString'))
    throw new UnsupportedError(
      `dynamic reference {{resolve:${reference}}} is not supported here; only secretsmanager with SecretString is`,
    );
  return jsonKey ? { secretId, jsonKey } : { secretId };
};

/** The references in a string, in order. */
export const secretReferences = (text: string): SecretReference[] =>
  [...text.matchAll(pattern)].map(([, inner = '']) => parse(inner));

/**
 * The string with every dynamic reference replaced.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
export const resolveReferences = (text: string, secret: (reference: SecretReference) => string): string =>
  text.includes('{{resolve:') ? text.replace(pattern, (_, inner: string) => secret(parse(inner))) : text;
