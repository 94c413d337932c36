import { describe, expect, it } from '@jest/globals';
import { nextStart, Supervision } from '../../../lib/platform/local/supervision.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A part whose next starts succeed or fail as said, under supervision. */
const supervised = (outcomes: readonly boolean[] = []) => {
  const clock = new VirtualClock();
  const states: string[] = [];
  const said: string[] = [];
  const left = [...outcomes];
  let die: (how: string) => void = () => undefined;
  let starts = 0;
  const part = {
    name: 'RabbitMQ',
    onDeath: (listener: (how: string) => void) => {
      die = listener;
    },
    restart: async () => {
      starts += 1;
      if (left.shift() === false) throw new Error('no room');
    },
  };
  const supervision = new Supervision(part, {
    clock,
    notice: (message) => said.push(message),
    onState: (state) => states.push(state),
  });
  return { clock, states, said, supervision, die: () => die('signal SIGKILL'), starts: () => starts };
};

describe('a part of a run that dies', () => {
  it('is said to be dead at once, and is started again', async () => {
    const { clock, states, said, die } = supervised();
    die();
    expect(said).toEqual(['RabbitMQ ended unexpectedly (signal SIGKILL); it is started again with its data']);
    expect(states).toEqual(['restarting']);
    await clock.advance(500);
    expect(states).toEqual(['restarting', 'running']);
    expect(said.at(-1)).toBe('RabbitMQ runs again');
  });

  it('is started again later each time, and in the end no more, which is said', async () => {
    const { clock, states, said, die, starts } = supervised([false, false, false, false, false]);
    die();
    await clock.advance(500 + 1000 + 2000 + 4000);
    expect(starts()).toBe(4);
    await clock.advance(8000);
    expect(starts()).toBe(5);
    expect(states).toEqual(['restarting', 'gone']);
    expect(said.at(-1)).toContain('not started again');
    expect(clock.waiting).toBe(0);
  });

  it('may die now and then', () => {
    expect(nextStart([0, 1, 2, 3, 4], 5)).toBeUndefined();
    expect(nextStart([0, 1, 2, 3, 4], 600_003)).toBe(1000);
  });

  it('is left alone once the run ends', async () => {
    const { clock, said, die, supervision, starts } = supervised();
    die();
    supervision.stop();
    await clock.advance(60_000);
    die();
    expect(starts()).toBe(0);
    expect(said).toHaveLength(1);
  });
});
