import {
  BrokerSecretError,
  type CredentialsSource,
  secretCredentials,
} from '../../../lib/messaging/amqp/broker-credentials.ts';

/**
 * Password of each user, from its secret.
 * @throws BrokerSecretError when a secret cannot be read or belongs to another user
 */
export const userPasswords = async (
  secretArns: Readonly<Record<string, string>>,
  secret: (arn: string) => CredentialsSource = secretCredentials,
): Promise<Record<string, string>> => {
  const entries = await Promise.all(
    Object.entries(secretArns).map(async ([user, arn]): Promise<[string, string]> => {
      const { username, password } = await secret(arn).read();
      if (username !== user) {
        throw new BrokerSecretError(`secret ${arn} is of user ${username}; user ${user} was expected`);
      }
      return [user, password];
    }),
  );
  return Object.fromEntries(entries);
};
