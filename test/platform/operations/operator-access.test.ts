import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OperatorAccessError, operatorAccess } from '../../../lib/platform/operations/operator-access.ts';

let folder: string;
const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'broker-access-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const stateFile = () =>
  file('state.json', {
    vhost: 'events',
    broker: {
      management: 'https://localhost:1234',
      caFile: file('ca.pem', 'the CA'),
      credentialsFile: file('credentials.json', { admin: 'secret-of-admin', shop: 'secret-of-shop' }),
    },
  });

describe('without an address', () => {
  it("the local run's broker is meant, with its administrator, CA, virtual host and passwords", () => {
    expect(operatorAccess({ stateFile: stateFile() })).toEqual({
      management: { url: 'https://localhost:1234', username: 'admin', password: 'secret-of-admin', ca: 'the CA' },
      vhost: 'events',
      passwords: { admin: 'secret-of-admin', shop: 'secret-of-shop' },
    });
  });

  it('other users and virtual hosts of it can be named', () => {
    const { management, vhost } = operatorAccess({ stateFile: stateFile(), username: 'shop', vhost: 'other' });
    expect(management).toMatchObject({ username: 'shop', password: 'secret-of-shop' });
    expect(vhost).toBe('other');
  });

  it('an unknown user is an error that says what to do', () => {
    expect(() => operatorAccess({ stateFile: stateFile(), username: 'root' })).toThrow(
      /credentials\.json has no password for user 'root': name the administrator with --username, or give MQ_PASSWORD/u,
    );
  });

  it('and without a local run, the error says how to get one', () => {
    expect(() => operatorAccess({ stateFile: join(folder, 'nothing.json') })).toThrow(
      /no local run found \(.*nothing\.json can't be read\): start one with npm start, or name a broker with --url/u,
    );
  });
});

describe('with an address', () => {
  it('nothing of the local run is used', () => {
    expect(operatorAccess({ stateFile: stateFile(), url: 'https://broker', password: 'p' })).toEqual({
      management: { url: 'https://broker', username: 'admin', password: 'p' },
      vhost: undefined,
      passwords: {},
    });
  });

  it('a password is needed', () => {
    expect(() => operatorAccess({ stateFile: 'x', url: 'https://broker', username: 'root' })).toThrow(
      new OperatorAccessError(
        "no password for user 'root' of https://broker: put it into the environment variable MQ_PASSWORD",
      ),
    );
  });

  it.each([
    ['not JSON', 'a-secret', 'is not JSON'],
    ['a list', '["a-secret"]', 'must be a JSON object of users and their passwords'],
    ['a password that is none', '{"shop":{"a-secret":1}}', 'must be a JSON object of users and their passwords'],
  ])('a passwords file that is %s is an error that shows nothing of it', (_, content, message) => {
    const read = () =>
      operatorAccess({
        stateFile: 'x',
        url: 'https://b',
        password: 'p',
        passwordsFile: file('passwords.json', content),
      });
    expect(read).toThrow(message);
    expect(read).not.toThrow(/a-secret/u);
  });

  it('a CA file that is not there is an error that names it', () => {
    expect(() => operatorAccess({ stateFile: 'x', url: 'https://b', password: 'p', caFile: '/no/ca.pem' })).toThrow(
      /^CA file \/no\/ca\.pem can't be read: ENOENT/u,
    );
  });
});
