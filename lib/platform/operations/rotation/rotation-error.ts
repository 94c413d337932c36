/** A rotation cannot go on. Names secret or user, never a password. */
export class RotationError extends Error {
  override readonly name = 'RotationError';
}
