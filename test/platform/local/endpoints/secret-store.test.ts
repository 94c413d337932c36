import { describe, expect, it } from '@jest/globals';
import { SecretStore } from '../../../../lib/platform/local/endpoints/secret-store.ts';

const login = (username: string, password: string): string => JSON.stringify({ username, password });

describe('the secrets of a local run', () => {
  it('are found by the user that each was made for, also after a rotation has put the other of the pair into it', () => {
    const secrets = new SecretStore();
    const shop = secrets.create('shop', login('shop', 'one'));
    secrets.create('key', 'no login');
    expect(secrets.arns()).toEqual({ shop: shop.arn });
    shop.put('00000000-0000-4000-8000-000000000001', login('shop.clone', 'two'), ['AWSCURRENT']);
    expect(secrets.arns()).toEqual({ shop: shop.arn });
    expect(secrets.logins()).toEqual({ shop: 'one', 'shop.clone': 'two' });
    secrets.delete(shop);
    expect(secrets.arns()).toEqual({});
  });

  it('of yours are found by name or ARN, and are no logins of the broker', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:bank/key-AbCdEf';
    const secrets = new SecretStore([
      { id: 'mail/key', value: login('me', 'mine') },
      { id: arn, value: '{not JSON' },
      { id: 'old/key', value: undefined },
    ]);
    expect(secrets.find('mail/key')?.arn).toMatch(/:secret:mail\/key-[0-9a-f]{6}$/);
    expect([arn, arn.slice(0, -7), 'bank/key'].map((id) => secrets.find(id)?.value)).toEqual(
      Array(3).fill('{not JSON'),
    );
    expect(secrets.find('old/key')?.version({ stage: 'AWSCURRENT' })).toBeUndefined();
    expect([secrets.arns(), secrets.logins(), secrets.all()]).toEqual([{}, {}, []]);
  });
});
