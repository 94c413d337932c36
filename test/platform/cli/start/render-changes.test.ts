import { expect, it } from '@jest/globals';
import { renderChanges } from '../../../../lib/platform/cli/start/render-changes.ts';
import type { Change, Changes } from '../../../../lib/platform/local/local-stack.ts';

const none: Changes = { created: [], updated: [], removed: [], kept: [] };
const change = (resourceType: string, logicalId: string, physicalId = logicalId): Change => ({
  stack: 'events-local-processing',
  logicalId,
  resourceType,
  physicalId,
});
const render = (changes: Partial<Changes>): string =>
  renderChanges({ ...none, ...changes }, (name) => name.replace('events-local-processing-', ''));

it('says what is new, changed and gone in words of the declaration', () => {
  const text = render({
    created: [
      change('AWS::IAM::Role', 'billparkingHandlerRole12345678'),
      change('AWS::Lambda::Function', 'billparkingHandler12345678', 'events-local-processing-bill-parking'),
      change('AWS::DynamoDB::GlobalTable', 'PaymentsTable0A1B2C3D'),
    ],
    updated: [change('AWS::Lambda::Function', 'x', 'events-local-processing-fulfil-order')],
    removed: [change('AWS::Lambda::Function', 'y', 'events-local-processing-audit-log')],
  });
  expect(text).toBe(
    'new: function bill-parking, table Payments and 1 more; changed: function fulfil-order; gone: function audit-log',
  );
});

it('says the types of what has no name that anybody knows, and nothing when nothing has changed', () => {
  const mappings = ['a', 'b'].map((name) => change('AWS::Lambda::EventSourceMapping', name));
  expect(render({ updated: mappings })).toBe('changed: AWS::Lambda::EventSourceMapping');
  expect(render({})).toBe('');
});

it('names what did not change, and what to do', () => {
  expect(
    render({ kept: ['Broker (AWS::AmazonMQ::Broker) in stack events-local-broker would have to start anew'] }),
  ).toBe(
    'not changed: Broker (AWS::AmazonMQ::Broker) in stack events-local-broker would have to start anew. Start again to apply that.',
  );
});
