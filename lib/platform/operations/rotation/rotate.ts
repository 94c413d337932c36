import { randomInt } from 'node:crypto';
import { type Credentials, parseSecret } from '../../runtime/amqp/broker-credentials.ts';
import { alternateUser } from '../../topology/alternate-users.ts';
import { RotationError, type RotationRequest } from './rotation-request.ts';
import { current, pending, type SecretVersions } from './secret-versions.ts';

/** The broker's users, as a rotation needs them. */
export interface RotatedUsers {
  /** @throws RotationError for a user that the topology did not make */
  setPassword(credentials: Credentials): Promise<void>;
  /** @throws RotationError when the user and its alternate may not do the same */
  checkAlternates(user: string): Promise<void>;
  /** Logs in as clients do. @throws when that fails */
  logIn(credentials: Credentials): Promise<void>;
}

export interface RotationServices {
  readonly versions: SecretVersions;
  readonly users: RotatedUsers;
  /** Makes the mappings that use this secret read it again. */
  readonly refreshMappings: (secretId: string) => Promise<void>;
}

/** Length of passwords, the same as the stack's first ones. */
const passwordLength = 40;
/** Amazon MQ refuses `,`, `:` and `=`; letters and digits need escaping nowhere. */
const passwordCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * One step of the rotation of a broker user's secret. Two users take turns: the password of the one that the secret names is never changed, so
 * whatever becomes of a rotation, clients log in with what they read. Each step may be repeated, and may end anywhere.
 * @returns user of the new version; undefined where there was nothing left to do
 * @throws RotationError
 */
export async function rotate(request: RotationRequest, services: RotationServices): Promise<string | undefined> {
  const { step, secretId, token } = request;
  const { rotationEnabled, stages } = await services.versions.describe(secretId);
  if (!rotationEnabled) throw new RotationError(`secret ${secretId} has no rotation`);
  const labels = stages[token];
  if (!labels) throw new RotationError(`secret ${secretId} has no version ${token}`);
  if (labels.includes(current)) {
    // Its last step may have died after the first half.
    if (step === 'finishSecret') await services.refreshMappings(secretId);
    return undefined;
  }
  if (!labels.includes(pending))
    throw new RotationError(
      `version ${token} of secret ${secretId} is not ${pending}; it belongs to no rotation under way`,
    );
  switch (step) {
    case 'createSecret':
      return create(request, services);
    case 'setSecret':
      return set(request, services);
    case 'testSecret':
      return test(request, services);
    case 'finishSecret': {
      // Also without the step before, no version that does not work becomes the current one.
      const user = await test(request, services);
      const [replaced] = Object.entries(stages).find(([, others]) => others.includes(current)) ?? [];
      if (replaced === undefined) throw new RotationError(`secret ${secretId} has no current version`);
      await services.versions.promote(secretId, token, replaced);
      await services.refreshMappings(secretId);
      return user;
    }
  }
}

async function create({ secretId, token }: RotationRequest, { versions }: RotationServices): Promise<string> {
  const { username } = parseSecret(await versions.read(secretId, current), secretId);
  const next = { username: alternateUser(username), password: newPassword() };
  if ((await versions.read(secretId, pending, token)) === undefined)
    await versions.create(secretId, token, JSON.stringify(next));
  return next.username;
}

async function set(request: RotationRequest, { versions, users }: RotationServices): Promise<string> {
  const { secretId, token } = request;
  const value = await versions.read(secretId, pending, token);
  if (value === undefined)
    throw new RotationError(`version ${token} of secret ${secretId} has no value; createSecret comes first`);
  const next = parseSecret(value, secretId);
  const { username } = parseSecret(await versions.read(secretId, current), secretId);
  if (next.username !== alternateUser(username))
    throw new RotationError(
      `version ${token} of secret ${secretId} is for user ${next.username}, but it is the turn of ${alternateUser(username)}: remove its label ${pending} and rotate again`,
    );
  await users.setPassword(next);
  return next.username;
}

/** Secrets Manager runs this step alone, with a version that it removes again, to try out a new rotation: then what is current is tested. */
async function test(
  { step, secretId, token }: RotationRequest,
  { versions, users }: RotationServices,
): Promise<string> {
  const own = await versions.read(secretId, pending, token);
  if (own === undefined && step === 'finishSecret')
    throw new RotationError(`version ${token} of secret ${secretId} has no value; createSecret comes first`);
  const credentials = parseSecret(own ?? (await versions.read(secretId, current)), secretId);
  await users.checkAlternates(credentials.username);
  await users.logIn(credentials);
  return credentials.username;
}

function newPassword(): string {
  return Array.from({ length: passwordLength }, () => passwordCharacters[randomInt(passwordCharacters.length)]).join(
    '',
  );
}
