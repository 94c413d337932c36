import { createHash, timingSafeEqual } from 'node:crypto';

const saltBytes = 4;
const algorithms: Readonly<Record<string, string>> = {
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
};

/**
 * Whether `password` is the one that a broker stores as base64(salt + digest(salt + password))
 * (https://www.rabbitmq.com/docs/passwords#computing-password-hash). Undefined for an algorithm that we don't know.
 */
export function passwordMatches(password: string, hash: string, algorithm: string): boolean | undefined {
  const digestName = algorithms[algorithm];
  if (digestName === undefined) return undefined;
  const stored = Buffer.from(hash, 'base64');
  const salt = stored.subarray(0, saltBytes);
  const digest = createHash(digestName).update(salt).update(password, 'utf8').digest();
  const expected = stored.subarray(saltBytes);
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}
