/**
 * Takes the place of `@aws-sdk/credential-provider-node` in bundles: Lambda hands a function its credentials in environment variables and
 * nowhere else, so profiles, SSO, web identity and instance metadata need neither be shipped nor loaded.
 */

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly accountId?: string;
}

/** The function runs where Lambda did not put its role's credentials. */
export class MissingCredentialsError extends Error {
  override readonly name = 'MissingCredentialsError';

  constructor(missing: readonly string[]) {
    super(
      `${missing.join(' and ')} not set; this bundle takes credentials from the environment, as Lambda provides them, and from nowhere else`,
    );
  }
}

/** Same name and shape as the export of the package that it replaces. Credentials are read at each call, not at import. */
export const defaultProvider = () => async (): Promise<Credentials> => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_ACCOUNT_ID } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new MissingCredentialsError([
      ...(AWS_ACCESS_KEY_ID ? [] : ['AWS_ACCESS_KEY_ID']),
      ...(AWS_SECRET_ACCESS_KEY ? [] : ['AWS_SECRET_ACCESS_KEY']),
    ]);
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    ...(AWS_ACCOUNT_ID && { accountId: AWS_ACCOUNT_ID }),
  };
};
