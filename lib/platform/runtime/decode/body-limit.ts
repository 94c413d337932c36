import { defaultMaxBodyBytes } from '../../config/message-limits.ts';

const mebibyte = 1_048_576;

/**
 * Largest body that a function of so much memory can be expected to survive: a 32nd of it, at least 1 MiB and at most 64 MiB. Parsed JSON
 * may take some 20 times the bytes of its text (`[{},{},…]`).
 *
 * @param memory in MB, as Lambda sets AWS_LAMBDA_FUNCTION_MEMORY_SIZE; without it, 64 MiB
 */
export function maxBodyBytesFor(memory: string | undefined): number {
  const megabytes = Number(memory);
  if (!memory || !(megabytes > 0)) return defaultMaxBodyBytes;
  return Math.min(defaultMaxBodyBytes, Math.max(mebibyte, Math.floor((megabytes * mebibyte) / 32)));
}
