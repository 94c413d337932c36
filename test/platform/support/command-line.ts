import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Ends the process with exit code 2, after the reason and the usage. */
export const refuse = (reason: string, usage: string): never => {
  process.stderr.write(`${reason}\n\n${usage.trimEnd()}\n`);
  process.exit(2);
};

/** The arguments of this program. One that it does not know is refused. */
export const readArguments = <const Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> => {
  try {
    return parseArgs(config);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), usage);
  }
};

/** The value of an option that takes a whole number from 1. Another one is refused. */
export const wholeNumber = (name: string, value: string, usage: string): number => {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  return refuse(`--${name} is ${JSON.stringify(value)}; it takes a whole number from 1`, usage);
};
