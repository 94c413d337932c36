import { styleText } from 'node:util';

/** What a piece of text is, for whoever reads it on a terminal. */
export type Tone = 'good' | 'bad' | 'warning' | 'strong' | 'dim';
export type Paint = (tone: Tone, text: string) => string;

const formats = { good: 'green', bad: 'red', warning: 'yellow', strong: 'bold', dim: 'dim' } as const;

/**
 * Colours for a terminal that has them; plain text for anything else and where NO_COLOR is set.
 * @see https://no-color.org
 */
export const paintFor = (
  { isTTY }: Pick<NodeJS.WriteStream, 'isTTY'>,
  { NO_COLOR = '', TERM }: Readonly<Record<string, string | undefined>> = process.env,
): Paint =>
  isTTY && NO_COLOR === '' && TERM !== 'dumb'
    ? (tone, text) => styleText(formats[tone], text, { validateStream: false })
    : plain;

export const plain: Paint = (_tone, text) => text;
