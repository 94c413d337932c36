import { readFileSync } from 'node:fs';
import { type LambdaClient, type LambdaClientConfig, paginateListFunctions } from '@aws-sdk/client-lambda';
import { OperatorError } from '../../config/operator-error.ts';

/** It is not known which function to ask, or where it is. */
export class ControlAccessError extends OperatorError {
  override readonly name = 'ControlAccessError';
}

/** Where a local run's function is, and how to reach it. */
export interface LocalControl {
  readonly functionName: string;
  readonly client: LambdaClientConfig;
}

interface LocalState {
  readonly consumerControl?: string;
  readonly endpoints: { readonly aws: string };
  readonly aws: { readonly region: string; readonly credentialsFile: string };
}

/** @throws ControlAccessError */
export function localControl(stateFile: string): LocalControl {
  let state: LocalState;
  let keys: string;
  try {
    state = JSON.parse(readFileSync(stateFile, 'utf8')) as LocalState;
    keys = readFileSync(state.aws.credentialsFile, 'utf8');
  } catch (error) {
    throw new ControlAccessError(
      `no local run found (${stateFile} can't be read): start one with npm start, or name an environment on AWS with --env`,
      { cause: error },
    );
  }
  if (state.consumerControl === undefined)
    throw new ControlAccessError(`the local run of ${stateFile} has no function that controls consumers`);
  const key = (name: string): string => new RegExp(`^${name} = (.+)$`, 'm').exec(keys)?.[1] ?? '';
  return {
    functionName: state.consumerControl,
    client: {
      endpoint: state.endpoints.aws,
      region: state.aws.region,
      credentials: { accessKeyId: key('aws_access_key_id'), secretAccessKey: key('aws_secret_access_key') },
    },
  };
}

/**
 * Finds the function of a deployment by the beginning of its name, which CloudFormation makes of the stack's name and of the place in the stack.
 * @throws ControlAccessError
 */
export async function findControlFunction(
  client: LambdaClient,
  { application, environment }: { readonly application: string; readonly environment: string },
): Promise<string> {
  const prefix = `${application}-${environment}-processing-ConsumerControl`;
  const found: string[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {}))
    for (const { FunctionName = '' } of Functions) if (FunctionName.startsWith(prefix)) found.push(FunctionName);
  const [name, ...others] = found;
  if (name === undefined || others.length > 0)
    throw new ControlAccessError(
      `${found.length} functions have a name that begins with ${prefix}; take the output ConsumerControlFunction of the processing stack and name it with --function`,
    );
  return name;
}
