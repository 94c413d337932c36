import { isUtf8 } from 'node:buffer';
import { eventFilter } from './event-filter.ts';

/** Whether a message reaches the function; if not, the mapping acknowledges it. */
export type BodyFilter = (body: Buffer) => boolean;

const json = (text: string): object | undefined => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
};

/** Which format of bodies a pattern is about. */
const isAbout = (pattern: string): 'object' | 'text' | undefined => {
  const { data } = (json(pattern) ?? {}) as { data?: unknown };
  if (data === undefined) return undefined;
  return Array.isArray(data) ? 'text' : 'object';
};

/**
 * The filter of a RabbitMQ mapping. It looks at bodies, as `data`, and only at those of the format that a pattern is about: JSON passes a filter for plain
 * text, plain text one for JSON, and what is not UTF-8 passes every filter.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-mq-filtering.html
 * @param patterns JSON texts, the `Pattern`s of `FilterCriteria`
 * @throws EventFilterError
 */
export const bodyFilter = (patterns: readonly string[]): BodyFilter => {
  const filters = patterns.map((pattern) => ({ format: isAbout(pattern), fits: eventFilter([pattern]) }));
  return (body) => {
    if (filters.length === 0 || !isUtf8(body)) return true;
    const text = body.toString();
    const parsed = json(text);
    const format = parsed === undefined ? 'text' : 'object';
    return filters.some((filter) => filter.format !== format || filter.fits({ data: parsed ?? text }));
  };
};
