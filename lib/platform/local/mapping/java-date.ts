/**
 * Seconds since the epoch as the text that a Java event has for them, in UTC: `Jan 1, 1970, 12:33:41 AM`.
 *
 * RabbitMQ's Java client makes a `java.util.Date` of `seconds * 1000` in 64 bits, which wraps, and Java's `DateFormat` writes every
 * such date: years of any length, the Julian calendar before 15 October 1582, years before Christ without saying so. JavaScript's `Date`
 * ends in the year 275760, which microseconds in place of seconds exceed a hundredfold.
 *
 * @param seconds any number; above 2^53 it is as exact as JavaScript's numbers are
 * @see https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/GregorianCalendar.html
 */
export const javaDateText = (seconds: number): string => {
  const wrapped = BigInt.asIntN(64, BigInt(Math.trunc(seconds)) * 1000n);
  const days = Number(wrapped / millisecondsPerDay - (wrapped % millisecondsPerDay < 0n ? 1n : 0n));
  const time = Number(wrapped - BigInt(days) * millisecondsPerDay) / 1000;
  const { year, month, day } = days >= firstGregorianDay ? gregorian(days) : julian(days);
  const hour = Math.floor(time / 3600);
  const clock = `${hour % 12 || 12}:${twoDigits(Math.floor(time / 60) % 60)}:${twoDigits(Math.floor(time) % 60)}`;
  return `${months[month]} ${day}, ${year > 0 ? year : 1 - year}, ${clock} ${hour < 12 ? 'AM' : 'PM'}`;
};

const millisecondsPerDay = 86_400_000n;
/** 15 October 1582, in days since the epoch. */
const firstGregorianDay = -141_427;
/** Months of a year that begins in March, so that the day of a leap year comes last. */
const months = ['Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec', 'Jan', 'Feb'];

interface Day {
  /** 0 is the year before the year 1. */
  readonly year: number;
  /** Place in `months`. */
  readonly month: number;
  readonly day: number;
}

/** Days from 1 March of the year 0 to 1 January 1970, in either calendar. */
const gregorianShift = 719_468;
const julianShift = 719_470;
const daysPerFourYears = 1461;

const gregorian = (days: number): Day => {
  const shifted = days + gregorianShift;
  const cycle = Math.floor(shifted / 146_097);
  const ofCycle = shifted - cycle * 146_097;
  const century = Math.min(3, Math.floor(ofCycle / 36_524));
  return inFourYears(ofCycle - century * 36_524, cycle * 400 + century * 100);
};

const julian = (days: number): Day => inFourYears(days + julianShift, 0);

/** @param days since 1 March of the year `from`, with a leap day every four years */
const inFourYears = (days: number, from: number): Day => {
  const cycle = Math.floor(days / daysPerFourYears);
  const ofCycle = days - cycle * daysPerFourYears;
  const yearOfCycle = Math.min(3, Math.floor(ofCycle / 365));
  const dayOfYear = ofCycle - yearOfCycle * 365;
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return {
    year: from + cycle * 4 + yearOfCycle + (month >= 10 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * month + 2) / 5) + 1,
  };
};

const twoDigits = (number: number): string => String(number).padStart(2, '0');
