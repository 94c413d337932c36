import { type Command, UsageError } from '../command.ts';

const subcommands: Readonly<Record<string, () => Promise<{ readonly run: Command['run'] }>>> = {
  status: () => import('./status.ts'),
  changes: () => import('./changes.ts'),
};

export const command: Command = {
  summary: 'looks at a broker on AWS: state, versions, pending restarts; whether a deployment would replace it',
  usage: `npm run mq -- broker status|changes [OPTIONS]

  status    state, version, addresses, and what waits for a restart or for somebody
  changes   synthesizes an environment and says whether deploying it would replace its broker, with all messages

  --env NAME       environment whose broker it is      (default dev)
  --name NAME      name of the application             (default that of lib/app.ts)
  --broker NAME    name or id of a broker, in place of the two
  --json           for programs

Account and region are those of the AWS SDK: AWS_PROFILE, AWS_REGION and so on.
Exit codes: 0 nothing to do, 1 failed, 2 something to act on, or a broker that would be replaced, 64 wrong usage.`,
  run: async ([name = '', ...args], project) => {
    const load = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
    if (!load) throw new UsageError(name === '' ? 'status or changes is needed' : `there is no 'broker ${name}'`);
    return (await load()).run(args, project);
  },
};
