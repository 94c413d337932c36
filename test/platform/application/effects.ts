import type { Effects } from '#demo';

/** Where the effects of the test application are. */
export const effects: Effects = {
  'keep-thing': {
    table: 'Things',
    count: (rows) =>
      new Map(
        rows.flatMap((row) => {
          const messages = row.writtenBy?.SS ?? [];
          const excess = Number(row.writes?.N ?? 0) - messages.length;
          return messages.map((id, index): [string, number] => [id, index === 0 ? 1 + excess : 1]);
        }),
      ),
  },
  'send-note': {
    table: 'Notes',
    count: (rows) => {
      const sends = new Map<string, number>();
      for (const row of rows) {
        const id = (row.noteKey?.S ?? '').replace(/:(email|sms)$/, '');
        sends.set(id, Math.max(sends.get(id) ?? 0, Number(row.sends?.N)));
      }
      return sends;
    },
  },
  'log-all': {
    table: 'Log',
    claims: 'none',
    count: (rows) => new Map(rows.map((row) => [row.messageId?.S ?? '', 1])),
  },
};
