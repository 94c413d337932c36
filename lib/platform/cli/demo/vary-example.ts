import type { EventDeclaration } from '../../declaration/event.ts';
import type { Random } from './random.ts';

/** Bodies that are like the example of an event. Its schema has said of each whether it takes it. */
export interface Variations {
  /** The example, or the example without some of the members that it can do without. */
  readonly valid: (random: Random) => Promise<unknown>;
  /** The example with one member missing or of another type. Empty for a schema that takes anything. */
  readonly invalid: readonly unknown[];
}

/** Tries the schema on the example with each of its members gone, and with each of them of another type. */
export const variationsOf = async ({ schema, example }: EventDeclaration): Promise<Variations> => {
  const isValid = async (body: unknown): Promise<boolean> => !(await schema['~standard'].validate(body)).issues;
  const optional: Path[] = [];
  const invalid: unknown[] = [];
  for (const path of membersOf(example)) {
    const shorter = without(example, path);
    if (await isValid(shorter)) optional.push(path);
    else invalid.push(shorter);
  }
  for (const path of [[], ...membersOf(example)]) {
    const wrong = withOther(example, path);
    if (!(await isValid(wrong))) invalid.push(wrong);
  }
  return {
    invalid,
    valid: async (random) => {
      const gone = optional.filter(() => random.below(2) === 0);
      // From the end, so that a member goes before what it is in.
      const shorter = gone.reduceRight<unknown>(without, example);
      // Members that can each be spared may not all be spared.
      return (await isValid(shorter)) ? shorter : example;
    },
  };
};

type Path = readonly string[];
type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of all members of objects, each before what is in it. The name of an element of a list is its index. */
const membersOf = (value: unknown, path: Path = []): Path[] => {
  if (Array.isArray(value)) return value.flatMap((element, index) => membersOf(element, [...path, String(index)]));
  if (!isMembers(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => [[...path, name], ...membersOf(member, [...path, name])]);
};

const without = (value: unknown, [name = '', ...rest]: Path): unknown => {
  if (rest.length > 0) return changed(value, name, (member) => without(member, rest));
  if (!isMembers(value)) return value;
  const { [name]: _, ...others } = value;
  return others;
};

const withOther = (value: unknown, [name, ...rest]: Path): unknown => {
  if (name !== undefined) return changed(value, name, (member) => withOther(member, rest));
  return typeof value === 'string' ? 42 : 'something else';
};

const changed = (value: unknown, name: string, change: (member: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((element, index) => (String(index) === name ? change(element) : element));
  return isMembers(value) && Object.hasOwn(value, name) ? { ...value, [name]: change(value[name]) } : value;
};
