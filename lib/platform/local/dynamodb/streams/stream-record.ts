import { isDeepStrictEqual } from 'node:util';
import type { Item } from '../engine.ts';

export const streamViewTypes = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type StreamViewType = (typeof streamViewTypes)[number];

/** What happened to one item. */
export interface ItemChange {
  readonly keys: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** Deleted because its time to live was over. */
  readonly expired?: boolean;
}

/** A record as `GetRecords` returns it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since the epoch, whole ones. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: StreamViewType;
  };
  readonly userIdentity?: { readonly Type: 'Service'; readonly PrincipalId: 'dynamodb.amazonaws.com' };
}

/** A write that leaves an item as it was makes no record. */
export const isChange = ({ before, after }: ItemChange): boolean => !isDeepStrictEqual(before, after);

/**
 * The record of a change.
 * @param now milliseconds since the epoch
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export const streamRecord = (
  { keys, before, after, expired }: ItemChange,
  stream: { readonly viewType: StreamViewType; readonly region: string },
  sequenceNumber: string,
  now: number,
): StreamRecord => {
  const { viewType } = stream;
  const images = {
    ...(after && /NEW/.test(viewType) && { NewImage: after }),
    ...(before && /OLD/.test(viewType) && { OldImage: before }),
  };
  return {
    eventID: crypto.randomUUID().replaceAll('-', ''),
    eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: stream.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(now / 1000),
      Keys: keys,
      ...images,
      SequenceNumber: sequenceNumber,
      SizeBytes: Buffer.byteLength(JSON.stringify([keys, images])),
      StreamViewType: viewType,
    },
    ...(expired && { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } }),
  };
};
