/** Where a publisher tells what happens to its connection. Powertools' `Logger` and `console` fit. */
export interface ConnectionLog {
  info(message: string, details: Record<string, unknown>): void;
  warn(message: string, details: Record<string, unknown>): void;
}

export const silentLog: ConnectionLog = { info() {}, warn() {} };
