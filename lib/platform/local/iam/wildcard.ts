const patterns = new Map<string, RegExp>();

/** IAM's wildcards: `*` is any text, `?` any one character. Nothing else is special. */
export const matchesWildcard = (pattern: string, text: string, ignoreCase = false): boolean => {
  const cached = `${ignoreCase ? 'i' : 'c'}${pattern}`;
  let expression = patterns.get(cached);
  if (!expression) {
    const source = pattern
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '[^]*')
      .replaceAll('?', '[^]');
    expression = new RegExp(`^${source}$`, ignoreCase ? 'i' : '');
    patterns.set(cached, expression);
  }
  return expression.test(text);
};
