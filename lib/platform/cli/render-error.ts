import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionError } from '../local/runtime/invocation.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

export interface ShownError {
  readonly type: string;
  readonly message: string;
  /** As `Error.prototype.stack` has it, `Caused by: …` and further stacks included. */
  readonly stack?: string;
  readonly cause?: ShownError;
}

/** What a function failed with. */
export const ofFailure = ({ errorType, errorMessage, trace }: FunctionError): ShownError => ({
  type: errorType,
  message: errorMessage,
  ...(trace && { stack: trace.join('\n') }),
});

/** A line `at handle (functions/bill-parking/handler.ts:12:9)`. */
interface Frame {
  /** With `async`, where it is one. */
  readonly name: string;
  readonly place: string;
}

const framePattern = /^\s*at (?:(.*) \()?((?:file:|node:|\/|[A-Za-z]:\\)[^()]*|<anonymous>|native)\)?$/;
/** Of the frames that are nobody's own, where nothing else is in a stack. */
const foreignShown = 3;

/**
 * An error for the terminal: what it is, then the frames of your own code, relative to the project, then how many of the platform and of packages were left out.
 *
 * @param code folder of the function's bundle, from which source maps lead to the sources
 */
export const renderError = (error: ShownError, code: string, paint: Paint): readonly string[] => [
  paint('bad', printable(`${error.type}: ${error.message}`)),
  ...stackLines(error.stack ?? '', code, paint),
  ...(error.cause === undefined ? [] : causeLines(error.cause, code, paint)),
];

const causeLines = (cause: ShownError, code: string, paint: Paint): string[] => {
  const [first = '', ...rest] = renderError(cause, code, paint);
  return [`${paint('bad', 'Caused by:')} ${first}`, ...rest];
};

const stackLines = (stack: string, code: string, paint: Paint): string[] => {
  const lines = stack.split('\n');
  const sections: { readonly heading: string[]; readonly frames: Frame[] }[] = [{ heading: [], frames: [] }];
  for (const line of lines) {
    const frame = frameOf(line, code);
    if (frame !== undefined) sections.at(-1)?.frames.push(frame);
    else if (line.startsWith('Caused by: ')) sections.push({ heading: [line], frames: [] });
    // Further lines of a message, which stand above its frames. The first message has been shown.
    else if (sections.length > 1 && sections.at(-1)?.frames.length === 0) sections.at(-1)?.heading.push(line);
  }
  return sections.flatMap(({ heading, frames }) => [
    ...heading.map((line) => paint('bad', printable(line))),
    ...frameLines(frames, paint),
  ]);
};

const frameLines = (frames: readonly Frame[], paint: Paint): string[] => {
  const own = frames.filter(isOwn);
  const shown = own.length > 0 ? own : frames.slice(0, foreignShown);
  const left = frames.length - shown.length;
  const tone = (text: string): string => (own.length > 0 ? text : paint('dim', text));
  return [
    ...shown.map(({ name, place }) => tone(printable(`    at ${name === '' ? place : `${name} (${place})`}`))),
    ...(left > 0
      ? [paint('dim', `    … ${left} ${left === 1 ? 'frame' : 'frames'} of the platform and of packages`)]
      : []),
  ];
};

/** Paths to sources are relative here; the platform's and those of packages are known by their beginning, what has no source map by its ending. */
const isOwn = ({ place }: Frame): boolean =>
  /^(?!\/|[A-Za-z]:|node:|lib\/platform\/|node_modules\/).*\.[cm]?tsx?:\d+:\d+$/.test(place);

const frameOf = (line: string, code: string): Frame | undefined => {
  const [, name = '', place] = framePattern.exec(line) ?? [];
  if (place === undefined) return undefined;
  const path = place.startsWith('file:') ? fileURLToPath(place) : place;
  const folder = join(code, '/');
  return { name, place: path.startsWith(folder) ? path.slice(folder.length) : path };
};
