/** RabbitMQ's topic matching, word by word, written apart from the code under test. */
export function topicMatches(bindingKey: string, routingKey: string): boolean {
  const match = (pattern: readonly string[], words: readonly string[]): boolean => {
    const [first, ...rest] = pattern;
    if (first === undefined) return words.length === 0;
    if (first === '#') return match(rest, words) || (words.length > 0 && match(pattern, words.slice(1)));
    return words.length > 0 && (first === '*' || first === words[0]) && match(rest, words.slice(1));
  };
  return match(bindingKey.split('.'), routingKey.split('.'));
}
