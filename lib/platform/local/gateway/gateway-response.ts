/** An answer to a caller. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** An answer that API Gateway gives by itself: `{"message":"…"}`. */
export const gatewayMessage = (
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify({ message })),
});

/** What API Gateway says when a function failed, or answered with what is no response. */
export const internalError = gatewayMessage(500, 'Internal Server Error');

/**
 * Response of a function in payload format 2.0: with a `statusCode` it is taken as it is, anything else is the JSON of a 200.
 * `undefined` for a response that API Gateway cannot use.
 */
export const functionResponse = (payload: string): GatewayResponse | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('statusCode' in value))
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(typeof value === 'string' ? value : payload),
    };
  const { statusCode, headers, cookies, body, isBase64Encoded } = value as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (body !== undefined && body !== null && typeof body !== 'string') return undefined;
  const named = Object.entries((headers ?? {}) as Record<string, unknown>).map(([name, content]): [string, string] => [
    name.toLowerCase(),
    String(content),
  ]);
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(named),
      ...(Array.isArray(cookies) && { 'set-cookie': cookies.map(String) }),
    },
    body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8'),
  };
};
