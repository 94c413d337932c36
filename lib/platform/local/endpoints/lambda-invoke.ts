import type { InvocationResult } from '../runtime/invocation.ts';
import { failure, type JsonAnswer } from './json-answer.ts';
import type { Principals } from './principals.ts';

/** A function that can be invoked by its name. */
export interface InvokableFunction {
  readonly settings: { readonly arn: string };
  invoke(payload: string): Promise<InvocationResult>;
}

export interface InvokeServices {
  /** By name. */
  readonly functions: ReadonlyMap<string, InvokableFunction>;
  readonly principals: Principals;
}

/** Name or ARN of the function that a request is to invoke; `undefined` for any other request. */
export const invokedFunction = (method: string, url: string): string | undefined => {
  const [, name] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?|$)/.exec(url) ?? [];
  return method === 'POST' && name !== undefined ? decodeURIComponent(name) : undefined;
};

/** Lambda's Invoke for who waits for the answer (`RequestResponse`), of the latest code. */
export const answerInvoke = async (
  { functions, principals }: InvokeServices,
  accessKeyId: string | undefined,
  { name, payload, type = 'RequestResponse' }: { name: string; payload: string; type?: string },
): Promise<JsonAnswer> => {
  if (type !== 'RequestResponse')
    return failure(501, 'UnknownOperationException', `InvocationType ${type} is not supported on this machine`);
  const plain = name.replace(/^arn:[^:]+:lambda:[^:]*:[^:]*:function:/, '');
  const found = functions.get(plain);
  if (!found) return failure(404, 'ResourceNotFoundException', `Function not found: ${name}`);
  const decision = principals.authorize(accessKeyId, 'lambda:InvokeFunction', found.settings.arn);
  if (!decision.allowed) return failure(403, decision.code, decision.message);
  const result = await found.invoke(payload === '' ? '{}' : payload);
  return result.status === 'succeeded'
    ? { status: 200, body: JSON.parse(result.payload) as JsonAnswer['body'] }
    : { status: 200, body: { ...result.error }, headers: { 'X-Amz-Function-Error': 'Unhandled' } };
};
