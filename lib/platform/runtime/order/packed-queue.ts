import type { KeyQueue, Waiting } from './key-queue.ts';

/** Bytes of a message in a packed queue: six of its id's digest, five of its due time in seconds (four end in 2106), four of its turn. */
const digestBytes = 6;
const dueBytes = 5;
const turnBytes = 4;
const entryBytes = digestBytes + dueBytes + turnBytes;
/** Reached after 429,496 redrives. */
const highestTurn = 2 ** 32 - 1;

/** A queue in 15 bytes a message, so that an item of 400 KB, DynamoDB's limit, holds the longest one. */
export function packed(queue: KeyQueue): Buffer {
  const bytes = Buffer.alloc(queue.length * entryBytes);
  for (const [index, { who, due, turn }] of queue.entries()) {
    let offset = index * entryBytes;
    offset += bytes.write(who, offset, digestBytes, 'base64');
    offset = bytes.writeUIntBE(due, offset, dueBytes);
    bytes.writeUIntBE(Math.min(turn, highestTurn), offset, turnBytes);
  }
  return bytes;
}

export function unpacked(bytes: Uint8Array): KeyQueue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const queue: Waiting[] = [];
  for (let start = 0; start + entryBytes <= buffer.length; start += entryBytes)
    queue.push({
      who: buffer.toString('base64', start, start + digestBytes),
      due: buffer.readUIntBE(start + digestBytes, dueBytes),
      turn: buffer.readUIntBE(start + digestBytes + dueBytes, turnBytes),
    });
  return queue;
}
