/**
 * What a terminal acts upon instead of showing it: control characters (C0 and C1, DEL; a tab does no harm), what turns the direction of writing, what ends a line.
 * @see https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
const active = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu;
const named: Readonly<Record<string, string>> = { '\t': '\t', '\n': '\\n', '\r': '\\r' };

const escaped = (character: string): string =>
  named[character] ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/**
 * Text from elsewhere (a message, a broker, a function) as one line for the terminal, in which nothing can pass for another line or for a
 * command to the terminal. The escapes are those of JSON: JSON stays the same JSON.
 */
export const printable = (text: string): string => text.replaceAll(active, escaped);

/** The same for text that has several lines of its own, such as an error's. */
export const printableLines = (text: string): string => text.split('\n').map(printable).join('\n');
