import { brokerUsage } from '../broker-options.ts';
import { type Command, UsageError } from '../command.ts';

const subcommands: Readonly<Record<string, () => Promise<{ readonly run: Command['run'] }>>> = {
  plan: () => import('./plan.ts'),
  apply: () => import('./apply.ts'),
  diagram: () => import('./diagram.ts'),
  permissions: () => import('./permissions.ts'),
};

export const command: Command = {
  summary: 'compares the declared topology with a broker, makes the broker have it, draws it',
  usage: `npm run mq -- topology plan|apply|diagram|permissions [OPTIONS]

  plan          says what would change, and changes nothing
  apply         makes the broker have what lib/app.ts declares
  diagram       prints a Mermaid flowchart of it
  permissions   prints a Markdown table of who may do what

  --prune                 delete what the virtual host has beyond the declaration; never a queue with messages
  --detailed-exitcode     plan: exit with 2 when there are changes
  --all                   list what is unchanged, too
  --json                  for programs
  --timeout SECONDS       how long to wait for the broker                      (default 60)
  --env NAME              environment whose virtual host it is, with --url     (default dev)
  --user-prefix PREFIX    put before the names of the declared users
${brokerUsage}

Exit codes: 0 done, 1 failed, 2 there are changes (--detailed-exitcode), 64 wrong usage.`,
  run: async ([name = '', ...args], project) => {
    const load = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
    if (!load)
      throw new UsageError(
        name === '' ? 'plan, apply, diagram or permissions is needed' : `there is no 'topology ${name}'`,
      );
    return (await load()).run(args, project);
  },
};
