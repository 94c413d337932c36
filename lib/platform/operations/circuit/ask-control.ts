import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { OperatorError } from '../../config/operator-error.ts';
import type { ConsumerStatus } from './control-consumers.ts';

/** The function that controls consumers could not be asked, or did not do what it was asked for. */
export class ControlFailedError extends OperatorError {
  override readonly name = 'ControlFailedError';
}

/** What to ask for; see `lib/platform/functions/consumer-control/request.ts`. */
export interface ControlOrder {
  readonly action: 'pause' | 'resume' | 'status';
  /** @default all; `pause` and `resume` need one */
  readonly consumer?: string;
  readonly reason?: string;
}

/**
 * Asks the function that controls consumers, and waits for its answer.
 * @throws ControlFailedError
 */
export async function askControl(
  client: Pick<LambdaClient, 'send'>,
  functionName: string,
  order: ControlOrder,
): Promise<readonly ConsumerStatus[]> {
  const { FunctionError, Payload } = await client
    .send(new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(order) }))
    .catch((error: unknown) => {
      throw new ControlFailedError(
        `function ${functionName} could not be invoked: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
        { cause: error },
      );
    });
  const answer = JSON.parse(Payload?.transformToString() ?? 'null') as unknown;
  if (FunctionError === undefined) return answer as readonly ConsumerStatus[];
  const { errorMessage } = (answer ?? {}) as { errorMessage?: string };
  throw new ControlFailedError(errorMessage ?? `function ${functionName} failed: ${FunctionError}`);
}
