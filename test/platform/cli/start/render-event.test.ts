import { describe, expect, it } from '@jest/globals';
import { renderEvent } from '../../../../lib/platform/cli/start/render-event.ts';
import type { LocalRunEvent } from '../../../../lib/platform/local/events.ts';

const nameOf = (): string => 'fulfil-order';
const line = (text: string): LocalRunEvent => ({ type: 'line', functionName: 'f', stream: 'stdout', line: text });

describe('what npm start shows', () => {
  it.each([
    [line('{"level":"WARN","message":"retry","error":{"message":"throttled"}}'), 'fulfil-order  WARN retry: throttled'],
    [
      line(
        '{"level":"WARN","message":"message will be retried","messageId":"m-1","attempt":2,"delaySeconds":4,"failure":{"message":"503"}}',
      ),
      'fulfil-order  WARN message will be retried (m-1, attempt 2, again in 4 s): 503',
    ],
    [
      line(
        '{"level":"ERROR","message":"message went to the dead-letter queue","messageId":"m-2","attempt":1,"reason":"undecodable","failure":{"message":"not JSON"}}',
      ),
      'fulfil-order  ERROR message went to the dead-letter queue (m-2, attempt 1): undecodable: not JSON',
    ],
    [line('plain text'), 'fulfil-order  plain text'],
    [line('{not json'), 'fulfil-order  {not json'],
    [{ type: 'batch', functionName: 'f', queue: 'q', records: 1, milliseconds: 1.6 }, 'fulfil-order  1 record in 2 ms'],
    [
      {
        type: 'batch',
        functionName: 'f',
        queue: 'q',
        records: 3,
        milliseconds: 5,
        error: { errorType: 'E', errorMessage: 'm' },
      },
      'fulfil-order  3 records in 5 ms, returned to the queue',
    ],
    [
      { type: 'mapping', functionName: 'f', queue: 'q', state: 'Disabled', reason: 'ESM_CONFIG_NOT_VALID: no queue' },
      'fulfil-order  mapping of queue q is Disabled: ESM_CONFIG_NOT_VALID: no queue',
    ],
    [
      {
        type: 'left-out',
        stack: 'shop',
        resources: [
          { stack: 'shop', logicalId: 'Cluster', resourceType: 'AWS::ECS::Cluster', reason: 'nothing stands in' },
          { stack: 'shop', logicalId: 'Service', resourceType: 'AWS::ECS::Service', reason: 'needs Cluster' },
        ],
      },
      "stack shop  left out, because it can't run here: Cluster (AWS::ECS::Cluster), Service (AWS::ECS::Service); leftOut in .local/state.json says why",
    ],
    [{ type: 'notice', message: 'waiting for the broker' }, 'waiting for the broker'],
    [
      {
        type: 'record-refused',
        functionName: 'f',
        queue: 'q',
        messageId: 'm-3',
        reason: 'its headers cannot be decoded',
      },
      'fulfil-order  message m-3 left queue q: its headers cannot be decoded',
    ],
    [
      { type: 'dead-letter', queue: 'q', messageId: 'm-4', reason: 'expired' },
      'q  message m-4 went to the dead-letter queue: its time to live was over (expired)',
    ],
    [
      { type: 'dead-letter', queue: 'q', reason: 'something new' },
      'q  message without id went to the dead-letter queue: something new',
    ],
  ] as [LocalRunEvent, string][])('%j is one line', (event, expected) => {
    expect(renderEvent(event, nameOf)).toBe(expected);
  });

  it('is no metrics', () => {
    expect(
      renderEvent(line('{"_aws":{"CloudWatchMetrics":[{"Metrics":[{"Name":"Done"}]}]},"Done":2}'), nameOf),
    ).toBeUndefined();
  });
});
