/**
 * Which messages of a queue reach the function, by their JSON bodies. All others are acknowledged by the mapping and gone: no function, no retry and
 * no dead letter. A binding that does not let them into the queue is nearly always the better filter.
 */
export interface MessageFilter {
  /** Said in so many words, because nothing else says it afterwards. */
  readonly unmatched: 'deleted';
  /** A message passes that matches one of them. 1 to 5. */
  readonly patterns: readonly BodyPattern[];
  /**
   * KMS key with which Lambda encrypts the patterns. Its policy must let `lambda.<region>.amazonaws.com` decrypt.
   * @default a key that Lambda owns
   */
  readonly keyArn?: string;
}

/** Every field must match: by one of the values of its list, or, for an object, by its own pattern. `$or` takes several patterns. */
export interface BodyPattern {
  readonly [field: string]: readonly FieldValue[] | BodyPattern | readonly BodyPattern[];
}

/** What Lambda documents and what cannot lose a message by the way a publisher writes it. */
export type FieldValue =
  | string
  | boolean
  | null
  | { readonly 'equals-ignore-case': string }
  | { readonly prefix: string }
  | { readonly suffix: string }
  | { readonly 'anything-but': readonly (string | number)[] }
  | { readonly numeric: readonly (string | number)[] }
  | { readonly exists: false };

/** The text that Lambda takes. RabbitMQ mappings look at `data`, the body, and at nothing else. */
export const filterPattern = (pattern: BodyPattern): string => JSON.stringify({ data: pattern });
