import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CustomResourceEvent, Outcome } from './event.ts';

/** CloudFormation takes an answer of 4,096 bytes; names, identifiers and JSON need their part of it. */
const reasonBytes = 2000;

/** An answer that does not arrive leaves the stack waiting for an hour. */
const tries = 4;
const timeoutMilliseconds = 5000;

/** CloudFormation did not take the answer. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

/** The body that tells CloudFormation the outcome of its request. */
export const answerBody = (event: CustomResourceEvent, outcome: Outcome): string =>
  JSON.stringify({
    Status: outcome.status,
    PhysicalResourceId: outcome.physicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    ...(outcome.status === 'FAILED' ? { Reason: shorten(outcome.reason) } : { Data: outcome.data }),
  });

/**
 * Sends the outcome to CloudFormation, trying again a few times.
 * @throws AnswerError that does not quote the address
 */
export const answer = async (event: CustomResourceEvent, outcome: Outcome): Promise<void> => {
  const body = answerBody(event, outcome);
  for (let attempt = 1; ; attempt++) {
    try {
      await put(event.ResponseURL, body);
      return;
    } catch (error) {
      if (attempt === tries) {
        throw new AnswerError(`CloudFormation did not take the answer after ${tries} tries`, { cause: error });
      }
      await sleep(250 * 2 ** attempt);
    }
  }
};

const put = (address: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const url = new URL(address);
    const request = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, {
      method: 'PUT',
      // The signature of the address covers an empty content type.
      headers: { 'content-type': '', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new AnswerError(`status ${status}`));
      });
    });
    request.end(body);
  });

/** Cut at a character, with a mark, to at most `reasonBytes` as JSON has them. */
const shorten = (reason: string): string => {
  let text = reason.toWellFormed();
  while (Buffer.byteLength(JSON.stringify(text)) > reasonBytes) {
    text = `${text.slice(0, Math.floor(text.length * 0.9) - 1).toWellFormed()}…`;
  }
  return text;
};
