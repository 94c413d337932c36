import { describe, expect, it } from '@jest/globals';
import type { SecretReference } from '../../../lib/platform/config/secret-reference.ts';
import { synthesized } from './synthesized.ts';

const deployed = (reference: SecretReference) => {
  const { ofType } = synthesized('dev', { secrets: { NOTE_KEY: reference } });
  const variables = Object.fromEntries(
    ofType('AWS::Lambda::Function').map(({ logicalId, properties }) => [
      logicalId.replace(/Handler.*/, ''),
      (properties.Environment as { Variables: Record<string, unknown> }).Variables,
    ]),
  );
  const statements = ofType('AWS::IAM::Policy').flatMap(({ logicalId, properties }) =>
    (properties.PolicyDocument as { Statement: { Action: unknown }[] }).Statement.map((statement) => ({
      owner: logicalId.replace(/Handler.*/, ''),
      ...statement,
    })),
  );
  return { variables, statements };
};

const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:things/note-key';
const ofNoteKey = (reference: SecretReference) =>
  deployed(reference).statements.filter((statement) => JSON.stringify(statement).includes('note-key'));

describe('a consumer that uses a variable and a secret', () => {
  const { variables, statements } = deployed('things/note-key');

  it('gets the value of the variable, and of the secret only where it is; no other function does', () => {
    expect(variables.sendnote).toMatchObject({ NOTE_SENDER: 'notes@example.com', SECRET_NOTE_KEY: 'things/note-key' });
    const others = Object.entries(variables).filter(([owner]) => owner !== 'sendnote');
    expect(others.length).toBeGreaterThan(5);
    expect(JSON.stringify(others)).not.toContain('NOTE_');
  });

  it('may read this secret, and nobody else may', () => {
    const found = statements.filter((statement) => JSON.stringify(statement).includes('note-key'));
    expect(found).toEqual([
      {
        owner: 'sendnote',
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: {
          'Fn::Join': [
            '',
            [
              'arn:',
              { Ref: 'AWS::Partition' },
              ':secretsmanager:',
              { Ref: 'AWS::Region' },
              ':',
              { Ref: 'AWS::AccountId' },
              ':secret:things/note-key-??????',
            ],
          ],
        },
      },
    ]);
  });

  it.each([
    [`${arn}-AbCdEf`, `${arn}-AbCdEf`],
    [arn, `${arn}-??????`],
  ])('may read the secret of the ARN %s', (reference, resource) => {
    expect(ofNoteKey(reference)).toMatchObject([{ owner: 'sendnote', Resource: resource }]);
  });

  it('may decrypt with a key of yours, by way of Secrets Manager only', () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f';
    const changed = deployed({ secret: 'things/note-key', encryptionKey: { arn: key } });
    expect(changed.statements.filter(({ Action }) => Action === 'kms:Decrypt')).toEqual([
      {
        owner: 'sendnote',
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: key,
        Condition: {
          StringEquals: {
            'kms:ViaService': { 'Fn::Join': ['', ['secretsmanager.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
          },
        },
      },
    ]);
    expect(statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'))).toEqual([]);
  });
});
