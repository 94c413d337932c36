import { account, region } from '../assembly/pseudo-parameters.ts';
import type { Principals } from '../endpoints/principals.ts';
import { verifySignature } from '../iam/signature.ts';
import type { Authorizer } from './authorizer.ts';
import { gatewayMessage } from './gateway-response.ts';

const forbidden = gatewayMessage(403, 'Forbidden');

/** Authorization type AWS_IAM: the request is signed by a known principal, who has the permission `execute-api:Invoke`. */
export const iamAuthorizer = (principals: Principals, now: () => number = Date.now): Authorizer => ({
  authorize(request, resource) {
    const verification = verifySignature(
      request,
      { region, service: 'execute-api' },
      (accessKeyId) => principals.secretOf(accessKeyId),
      now(),
    );
    if (verification.accessKeyId === undefined) return { refusal: forbidden, reason: verification.reason };
    const { accessKeyId } = verification;
    const decision = principals.authorize(accessKeyId, 'execute-api:Invoke', resource);
    if (!decision.allowed) return { refusal: forbidden, reason: decision.message };
    return { caller: { iam: { accessKey: accessKeyId, accountId: account, userArn: principals.arnOf(accessKeyId) } } };
  },
});
