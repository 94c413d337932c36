import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * Text of the current version of a secret in Secrets Manager, by its name or ARN; undefined for one without text. The client is closed after it: reads are minutes
 * apart. Import this file when the first secret is needed: the client is large.
 * @throws the client's error
 */
export async function readSecret(secretId: string): Promise<string | undefined> {
  const client = new SecretsManagerClient({ maxAttempts: 3 });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    return SecretString;
  } finally {
    client.destroy();
  }
}
