import type { Effects } from '#demo';

/**
 * Where `npm run demo` counts what consumers did: only of these can it say that no effect happened twice. The others are counted by their claims alone. A
 * consumer with `claims: 'none'` needs an entry, or there is nothing to count it by.
 */
export const effects: Effects = {
  'fulfil-order': {
    table: 'Orders',
    count: (rows) =>
      new Map(
        rows.flatMap((row) => {
          const messages = row.writtenBy?.SS ?? [];
          // Which of the messages wrote twice cannot be told from the row; that one of them did can.
          const repeated = Number(row.writes?.N ?? 0) - messages.length;
          return messages.map((id, index): [string, number] => [id, index === 0 ? 1 + repeated : 1]);
        }),
      ),
  },
  'send-welcome': {
    table: 'Deliveries',
    count: (rows) => {
      const sends = new Map<string, number>();
      for (const row of rows) {
        const id = (row.idempotencyKey?.S ?? '').replace(/:(email|sms)$/, '');
        sends.set(id, Math.max(sends.get(id) ?? 0, Number(row.sends?.N ?? 0)));
      }
      return sends;
    },
  },
  'audit-log': {
    table: 'AuditLog',
    claims: 'none',
    count: (rows) => new Map(rows.map((row) => [row.messageId?.S ?? '', 1])),
  },
};
