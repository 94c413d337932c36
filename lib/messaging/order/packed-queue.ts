import type { KeyQueue, Waiting } from './key-queue.ts';

/** Bytes of a message in a packed queue: six of its id's digest, four of its due time in seconds, four of its turn. */
const entryBytes = 14;
const digestBytes = 6;
/** Reached after 429,496 redrives. */
const highestTurn = 2 ** 32 - 1;

/** A queue in 14 bytes a message, so that an item of 400 KB, DynamoDB's limit, holds the longest one. */
export function packed(queue: KeyQueue): Buffer {
  const bytes = Buffer.alloc(queue.length * entryBytes);
  for (const [index, { who, due, turn }] of queue.entries()) {
    bytes.write(who, index * entryBytes, digestBytes, 'base64');
    bytes.writeUInt32BE(due, index * entryBytes + digestBytes);
    bytes.writeUInt32BE(Math.min(turn, highestTurn), index * entryBytes + digestBytes + 4);
  }
  return bytes;
}

export function unpacked(bytes: Uint8Array): KeyQueue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const queue: Waiting[] = [];
  for (let start = 0; start + entryBytes <= buffer.length; start += entryBytes)
    queue.push({
      who: buffer.toString('base64', start, start + digestBytes),
      due: buffer.readUInt32BE(start + digestBytes),
      turn: buffer.readUInt32BE(start + digestBytes + 4),
    });
  return queue;
}
