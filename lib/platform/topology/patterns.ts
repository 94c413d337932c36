/** Regular expressions as RabbitMQ takes them in policies and permissions (PCRE, matched anywhere unless anchored). */

/** Permits nothing. RabbitMQ checks the default exchange as `amq.default`, so this excludes it too. */
export const nothing = '^$';

export function escapePattern(name: string): string {
  return name.replaceAll(/[\\^$.|?*+()[\]{}]/gu, '\\$&');
}

/** Matches one of the alternatives from first to last character; nothing when there are none. */
export function anchored(alternatives: readonly string[]): string {
  if (alternatives.length === 0) return nothing;
  return alternatives.length === 1 ? `^${alternatives[0]}$` : `^(${alternatives.join('|')})$`;
}

/** Matches exactly these names. */
export function exactly(...names: readonly string[]): string {
  return anchored([...new Set(names)].map(escapePattern));
}

/** What a topic binding key matches, without anchors: `*` is one word, `#` any number of words, none included. */
export function topicPattern(bindingKey: string): string {
  const words = bindingKey.split('.');
  const [first, ...rest] = words;
  if (words.length === 1 && first === '#') return '.*';
  let pattern = first === '#' ? '' : topicWord(first ?? '');
  let optionalStart = first === '#';
  for (const word of rest) {
    if (word === '#') {
      if (!optionalStart) pattern += '(\\..*)?';
    } else {
      pattern += optionalStart ? `(.*\\.)?${topicWord(word)}` : `\\.${topicWord(word)}`;
      optionalStart = false;
    }
  }
  return optionalStart ? '.*' : pattern;
}

/** Whether a routing key matches one of these topic binding keys. */
export function matchesTopic(bindingKeys: readonly string[], routingKey: string): boolean {
  return new RegExp(anchored(bindingKeys.map(topicPattern)), 's').test(routingKey);
}

function topicWord(word: string): string {
  return word === '*' ? '[^.]*' : escapePattern(word);
}
