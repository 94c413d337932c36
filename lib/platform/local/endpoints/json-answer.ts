/** Answer of a service that speaks JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as these services answer it. */
export const failure = (status: number, code: string, message: string): JsonAnswer => ({
  status,
  body: { __type: code, message, Message: message },
});
