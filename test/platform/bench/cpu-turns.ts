const turns = 300;
const warmUpTurns = 100;

const cpuMicroseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/**
 * CPU time of each task in microseconds, turn by turn, for tasks that compute for a millisecond or more and wait for nothing. Garbage collection
 * is included. A busy machine slows computing down, too, from one moment to the next (caches, shared cores): so the
 * tasks take turns after every single run, in another order each time, and numbers of the same turn may be compared.
 */
export const cpuTurns = async <Name extends string>(
  tasks: Readonly<Record<Name, () => Promise<unknown>>>,
): Promise<Record<Name, number>[]> => {
  const names = Object.keys(tasks) as Name[];
  const measured: Record<Name, number>[] = [];
  for (let turn = 0; turn < warmUpTurns + turns; turn += 1) {
    const times = {} as Record<Name, number>;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[(turn + index) % names.length] as Name;
      const started = cpuMicroseconds();
      await tasks[name]();
      times[name] = cpuMicroseconds() - started;
    }
    if (turn >= warmUpTurns) measured.push(times);
  }
  return measured;
};
