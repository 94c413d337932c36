/**
 * The `timestamp` property and headers of type timestamp arrive as English text in UTC with a resolution of one second:
 * `Jan 1, 1970, 12:33:41 AM` in the documentation. That is how a Java date formatter writes, whose
 * details changed between versions: no comma after the year before Java 9, a narrow no-break space before AM/PM since 20.
 * A year may have more than four digits: milliseconds where AMQP wants seconds are an everyday mistake.
 */
const format = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4,6}),? (\d{1,2}):(\d{2}):(\d{2})[ \u00a0\u202f]([AP])M$/;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The messages of a batch were often published in the same second. */
let latest: { readonly text: string; readonly time: number | undefined } = { text: '', time: undefined };

/** `undefined` for text that is not a date of this format, one before 1970, which AMQP has no timestamps for, or one after the year 275760, where JavaScript's dates end. */
export function parseTimestampText(text: string): Date | undefined {
  if (text !== latest.text) latest = { text, time: parse(text)?.getTime() };
  return latest.time === undefined ? undefined : new Date(latest.time);
}

function parse(text: string): Date | undefined {
  const parts = format.exec(text);
  if (!parts) return undefined;
  const month = months.indexOf(parts[1] ?? '');
  const day = Number(parts[2]);
  const hour = Number(parts[4]);
  const minute = Number(parts[5]);
  const second = Number(parts[6]);
  if (month < 0 || hour < 1 || hour > 12 || minute > 59 || second > 59) return undefined;
  const year = Number(parts[3]);
  if (year < 1970) return undefined;
  const date = new Date(Date.UTC(year, month, day, (hour % 12) + (parts[7] === 'P' ? 12 : 0), minute, second));
  return date.getUTCDate() === day ? date : undefined;
}
