const mark = '…';
const markBytes = Buffer.byteLength(mark);

/** The longest beginning of a text that fits into `maximumBytes` of UTF-8, never cutting a character, with `…` where it was cut. */
export function truncateUtf8(text: string, maximumBytes: number): string {
  // A UTF-16 unit has at most three bytes, so most texts need not be measured.
  if (text.length * 3 <= maximumBytes || (text.length <= maximumBytes && Buffer.byteLength(text) <= maximumBytes)) {
    return text;
  }
  const room = maximumBytes - markBytes;
  if (room <= 0) return '';
  const bytes = Buffer.from(text.slice(0, room), 'utf8');
  if (bytes.length <= room) return text.slice(0, room).replace(loneLeadAtEnd, '') + mark;
  let end = room;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + mark;
}

const loneLeadAtEnd = /[\ud800-\udbff]$/;
