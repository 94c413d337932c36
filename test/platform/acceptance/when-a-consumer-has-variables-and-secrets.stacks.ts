import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalRun } from '../../../lib/platform/local/local-run.ts';
import { environments } from '../application/environments.ts';
import type { PersonJoined } from '../application/events.ts';
import { asAdministrator, noteKey, readerOf, rowsOf, startStacks, until } from '../support/local-run-setting.ts';

let run: LocalRun;

beforeAll(async () => {
  ({ run } = await startStacks());
});

const join = (personId: string): Promise<void> =>
  asAdministrator(run, async (connection) => {
    const channel = await connection.createConfirmChannel();
    const event: PersonJoined = { type: 'person.joined', personId, signed: true };
    channel.publish('events', 'person.joined', Buffer.from(JSON.stringify(event)), {
      messageId: `message-of-${personId}`,
      type: 'person.joined',
      contentType: 'application/json',
    });
    await channel.waitForConfirms();
  });

const noteTo = async (personId: string) =>
  (await rowsOf(run, 'Notes')).find((row) => row.noteKey?.S === `message-of-${personId}:email`);

describe('a consumer that uses a variable and a secret', () => {
  it('has the value that the environment gives the variable, and reads the secret from Secrets Manager', async () => {
    await join('P-1');
    const note = await until('the note', () => noteTo('P-1'));
    expect(note.sender).toEqual({ S: environments.find(({ name }) => name === 'local')?.variables?.NOTE_SENDER });
    expect(note.signature).toEqual({ S: createHmac('sha256', noteKey).update('P-1').digest('hex') });
  });

  it('has the secret nowhere in its environment', () => {
    const variables = readerOf(run, 'send-note').settings.environment;
    expect(variables.SECRET_NOTE_KEY).toBe('things/note-key');
    expect(Object.values(variables).filter((value) => value.includes(noteKey))).toEqual([]);
  });
});
