import { Refusal } from '../source/refusal.ts';

const words = (name: string): string[] => name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `car.left` is `CarLeft`. */
export const pascalCase = (name: string): string => words(name).map(capital).join('');

/** `car.left` is `carLeft`. */
export const camelCase = (name: string): string => {
  const pascal = pascalCase(name);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
};

/** AMQP transmits a routing key as a short string. */
const longestType = 255;
/** The delay infrastructure and `.dead-letter` add to it; a function's name takes 64 characters, the stack's name among them. */
const longestConsumer = 40;
/** Folders of `functions` that are no consumers. */
const reserved = ['http-api'];

/** @throws Refusal with the rule */
export const checkEventType = (type: string): void => {
  if (!/^[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9][A-Za-z0-9_-]*)*$/.test(type) || type.length > longestType)
    throw new Refusal(
      `'${type}' is no type of an event: it takes words of letters, digits, - and _ with dots between them, a lowercase letter first, ${longestType} characters at most, such as car.left`,
    );
};

/** @throws Refusal with the rule */
export const checkConsumerName = (name: string): void => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > longestConsumer)
    throw new Refusal(
      `'${name}' is no name of a consumer: it takes lowercase letters and digits with single hyphens between them, a letter first, ${longestConsumer} characters at most, such as bill-parking`,
    );
  if (reserved.includes(name)) throw new Refusal(`functions/${name} is there for something else: take another name`);
};

/** @throws Refusal with the rule */
export const checkField = (field: string): void => {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(field))
    throw new Refusal(
      `'${field}' is no name of a field: it takes letters, digits and _, no digit first, such as plate`,
    );
};

export interface TableKey {
  readonly name: string;
  /** Absent: the table is declared already. */
  readonly partitionKey: string | undefined;
}

/** @throws Refusal with the rule */
export const parseTable = (text: string): TableKey => {
  const [, name, partitionKey] = /^([A-Z][A-Za-z0-9]*)(?::([A-Za-z_][A-Za-z0-9_]*))?$/.exec(text) ?? [];
  if (name === undefined)
    throw new Refusal(
      `'${text}' is no table: it takes a name of letters and digits, a capital first, then for a new table a colon and its partition key, such as Payments:paymentId`,
    );
  return { name, partitionKey };
};
