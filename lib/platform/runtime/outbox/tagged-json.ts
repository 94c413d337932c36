/**
 * JSON of AMQP properties and headers, with tags for what JSON has no types for: dates, bytes and integers beyond 2^53.
 * An object that has a key with the tags' `$` is written as its entries, so that no header can be mistaken for a tag.
 */
export const toTaggedJson = (value: unknown): string => JSON.stringify(tagged(value));

export const fromTaggedJson = (text: string): unknown => untagged(JSON.parse(text));

function tagged(value: unknown): unknown {
  if (typeof value === 'bigint') return { $integer: String(value) };
  // JSON knows no negative zero.
  if (Object.is(value, -0)) return { $negativeZero: true };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { $date: value.getTime() };
  if (ArrayBuffer.isView(value))
    return { $bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  if (Array.isArray(value)) return value.map(tagged);
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]): [string, unknown] => [name, tagged(member)]);
  const ambiguous = entries.some(([name]) => name.startsWith('$') || name === '__proto__');
  return ambiguous ? { $entries: entries } : Object.fromEntries(entries);
}

function untagged(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untagged);
  const [first] = Object.entries(value);
  switch (first?.[0]) {
    case '$integer':
      return BigInt(first[1] as string);
    case '$negativeZero':
      return -0;
    case '$date':
      return new Date(first[1] as number);
    case '$bytes':
      return Buffer.from(first[1] as string, 'base64');
    case '$entries':
      return Object.fromEntries((first[1] as [string, unknown][]).map(([name, member]) => [name, untagged(member)]));
    default:
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, untagged(member)]));
  }
}
