import type { Logger } from '@aws-lambda-powertools/logger';
import type { Story } from '../story.ts';

/** What a function logs becomes part of the story. */
export function storyLogger(story: Story, who: string): Logger {
  const line = (message: string, ...details: unknown[]): void =>
    story.tell(() => `${who} logs: ${message} ${shortened(details)}`);
  const logger = { debug: line, info: line, warn: line, error: line, addContext() {}, createChild: () => logger };
  return logger as unknown as Logger;
}

function shortened(details: readonly unknown[]): string {
  const text = JSON.stringify(details.length === 1 ? details[0] : details, (key, value) =>
    key === 'stack' || key === 'queue' || key === 'redriveCount' || key === 'trace_id' ? undefined : value,
  );
  return (text ?? '').slice(0, 300);
}
