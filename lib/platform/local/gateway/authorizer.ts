import type { Caller } from './function-event.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { GatewayResponse } from './gateway-response.ts';

/** Who the caller is, or the answer that sends him away. */
export type Authorization =
  | { readonly caller: Caller | undefined }
  | {
      readonly refusal: GatewayResponse /** For whoever runs the gateway; callers are not told. */;
      readonly reason: string;
    };

/** Decides whether a request may pass. */
export interface Authorizer {
  /** @param resource ARN of what is called, `arn:aws:execute-api:region:account:api/stage/METHOD/path` */
  authorize(request: GatewayRequest, resource: string): Authorization | Promise<Authorization>;
}

/** Lets everybody in: a route with the authorization type NONE. */
export const openToAll: Authorizer = { authorize: () => ({ caller: undefined }) };
