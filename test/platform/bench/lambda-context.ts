import type { Context } from 'aws-lambda';

/** The context of an invocation that has a minute left. */
export const lambdaContext = (): Context => {
  const unused = () => {
    throw new Error('Node.js handlers answer by returning');
  };
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'bench',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:bench',
    memoryLimitInMB: '512',
    awsRequestId: '00000000-0000-4000-8000-000000000000',
    logGroupName: '/aws/lambda/bench',
    logStreamName: 'bench',
    getRemainingTimeInMillis: () => 60_000,
    done: unused,
    fail: unused,
    succeed: unused,
  };
};
