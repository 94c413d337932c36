const quote = 0x22;
const backslash = 0x5c;

/**
 * The value of a member of a JSON object, as its author wrote it: with all digits, in its order, with its spaces. Of a name that comes twice the last
 * one, as `JSON.parse` has it; `undefined` where there is none.
 *
 * @param json text that `JSON.parse` takes
 */
export const memberText = (json: string, name: string): string | undefined => {
  let found: string | undefined;
  let depth = 0;
  let key: string | undefined;
  let valueStart = -1;
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case '"': {
        const end = endOfString(json, at);
        if (depth === 1 && valueStart === -1) key = JSON.parse(json.slice(at, end + 1)) as string;
        at = end;
        break;
      }
      case ':':
        if (depth === 1) valueStart = at + 1;
        break;
      case '{':
      case '[':
        depth += 1;
        break;
      case ',':
      case '}':
      case ']':
        if (depth === 1) {
          if (key === name && valueStart !== -1) found = json.slice(valueStart, at).trim();
          valueStart = -1;
        }
        if (json[at] !== ',') depth -= 1;
        break;
    }
  }
  return found;
};

/** Where the closing quotation mark is. */
const endOfString = (json: string, start: number): number => {
  for (let at = start + 1; ; at += 1) {
    const code = json.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote || at >= json.length) return at;
  }
};
