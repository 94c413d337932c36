const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Milliseconds of a schedule expression such as `rate(1 minute)` or `rate(5 minutes)`; `undefined` for anything else, `cron` included.
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
export const rateMilliseconds = (expression: string): number | undefined => {
  const [, value, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const number = Number(value);
  if (!unit || number < 1 || (number === 1) !== (plural === '')) return undefined;
  return number * (unitMilliseconds[unit] ?? 0);
};
