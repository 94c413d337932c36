import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { javaDateText } from '../../../../lib/platform/local/mapping/java-date.ts';

describe('a time of a message', () => {
  // Printed by OpenJDK 17: DateFormat.getDateTimeInstance(DEFAULT, DEFAULT, Locale.US) in UTC, of new Date(seconds * 1000).
  it.each([
    ['the documented one', 2021, 'Jan 1, 1970, 12:33:41 AM'],
    ['noon', 43_200, 'Jan 1, 1970, 12:00:00 PM'],
    ['a leap day', 951_782_399, 'Feb 28, 2000, 11:59:59 PM'],
    ['a year of five digits', 253_402_300_800, 'Jan 1, 10000, 12:00:00 AM'],
    ['the last that JavaScript has a Date for', 8_640_000_000_000, 'Sep 13, 275760, 12:00:00 AM'],
    ['the next one', 8_640_000_000_001, 'Sep 13, 275760, 12:00:01 AM'],
    ['milliseconds in place of seconds', 1_732_400_000_000, 'Jul 27, 56867, 10:13:20 PM'],
    ['microseconds in place of seconds', 1_732_400_000_000_000, 'Aug 3, 54899540, 10:13:20 PM'],
    ['the last that JavaScript counts exactly', 9_007_199_254_740_991, 'Nov 12, 285428751, 7:36:31 AM'],
    ['nanoseconds in place of seconds', 17_324e14, 'Jun 21, 50507035, 9:42:28 AM'],
    ['a second before the epoch', -1, 'Dec 31, 1969, 11:59:59 PM'],
    ['the first day of the Gregorian calendar', -12_219_292_800, 'Oct 15, 1582, 12:00:00 AM'],
    ['the last of the Julian calendar', -12_219_292_801, 'Oct 4, 1582, 11:59:59 PM'],
    ['one before Christ', -99_999_999_999_999, 'Mar 8, 3166840, 2:13:21 PM'],
  ])('is the text that Java has for it: %s', (_which, seconds, text) => {
    expect(javaDateText(seconds)).toBe(text);
  });

  it('agrees with JavaScript wherever both calendars do', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (seconds) => {
        const text = javaDateText(seconds);
        expect(text).toMatch(/^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d{2}:\d{2} [AP]M$/);
        expect(Date.parse(`${text} UTC`)).toBe(seconds * 1000);
      }),
    );
  });
});
