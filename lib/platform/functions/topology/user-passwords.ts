import { BrokerSecretError, type CredentialsSource, secretCredentials } from '../../runtime/amqp/broker-credentials.ts';
import { alternateUser } from '../../topology/alternate-users.ts';

/**
 * Password of the one of each pair of users whose turn it is, from their secret. The other one's is left alone: it is what clients log in with
 * that read the secret before its last rotation, or what the rotation under way has just set.
 * @throws BrokerSecretError when a secret cannot be read or belongs to another user
 */
export const userPasswords = async (
  secretArns: Readonly<Record<string, string>>,
  secret: (arn: string) => CredentialsSource = secretCredentials,
): Promise<Record<string, string>> => {
  const entries = await Promise.all(
    Object.entries(secretArns).map(async ([user, arn]): Promise<[string, string]> => {
      const { username, password } = await secret(arn).read();
      if (username !== user && username !== alternateUser(user)) {
        throw new BrokerSecretError(`secret ${arn} is of user ${username}; user ${user} was expected`);
      }
      return [username, password];
    }),
  );
  return Object.fromEntries(entries);
};
