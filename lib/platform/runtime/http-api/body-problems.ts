import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BodyProblem } from './problem.ts';

/** Problems that an answer lists; a schema can find thousands in a large body. */
export const listedProblems = 20;

/** What a schema refuses, each with its place. */
export function bodyProblems(issues: readonly StandardSchemaV1.Issue[]): BodyProblem[] {
  return issues.slice(0, listedProblems).map(({ message, path }) => ({ detail: message, pointer: pointer(path) }));
}

/** `['lines', 0, 'sku/code']` as `#/lines/0/sku~1code`. */
export function pointer(path: StandardSchemaV1.Issue['path']): string {
  return ['#', ...(path ?? []).map((segment) => escaped(typeof segment === 'object' ? segment.key : segment))].join(
    '/',
  );
}

const escaped = (key: PropertyKey): string =>
  encodeURIComponent(String(key).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));
