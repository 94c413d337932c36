/**
 * Position (UTF-16 code units from 0) of the first token that makes a text not JSON (RFC 8259): its length where the text ends
 * too early, `-1` for valid JSON. Used after `JSON.parse` has failed, which names a position in some of its errors only.
 */
export function jsonErrorPosition(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = endOf(space, text, at) ?? at;
    const end = text[at] === '"' ? endOfString(text, at) : endOf(token, text, at);
    if (end === undefined) return at === text.length && expected === 'end' ? -1 : at;
    const next = after(expected, text.slice(at, end), open);
    if (next === undefined) return at;
    expected = next;
    at = end;
  }
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or close' | 'end';

const space = /[ \t\n\r]*/y;
const token = /[{}[\],:]|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** What runs to the next quote, backslash or control character. */
const plainText = /[ !#-[\]-\u{10ffff}]*/uy;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;

/** Where the match of a sticky pattern at `start` ends. */
function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Piece by piece: one pattern for whole strings runs out of stack on those of several megabytes. */
function endOfString(text: string, start: number): number | undefined {
  let at = start + 1;
  for (;;) {
    at = endOf(plainText, text, at) ?? at;
    if (text[at] === '"') return at + 1;
    const escaped = endOf(escapeSequence, text, at);
    if (escaped === undefined) return undefined;
    at = escaped;
  }
}

/** What may follow a token, `undefined` when the token was not expected. `open` holds the brackets to be closed. */
function after(expected: Expected, token: string, open: string[]): Expected | undefined {
  switch (expected) {
    case 'key':
    case 'key or }':
      if (token === '}' && expected === 'key or }') return close(open);
      return token.startsWith('"') ? ':' : undefined;
    case ':':
      return token === ':' ? 'value' : undefined;
    case ', or close':
      if (token === ',') return open.at(-1) === '}' ? 'key' : 'value';
      return token === open.at(-1) ? close(open) : undefined;
    case 'end':
      return undefined;
    default:
      if (token === ']' && expected === 'value or ]') return close(open);
      if (token === '{' || token === '[') {
        open.push(token === '{' ? '}' : ']');
        return token === '{' ? 'key or }' : 'value or ]';
      }
      return '}],:'.includes(token) ? undefined : afterValue(open);
  }
}

function close(open: string[]): Expected {
  open.pop();
  return afterValue(open);
}

const afterValue = (open: readonly string[]): Expected => (open.length > 0 ? ', or close' : 'end');
