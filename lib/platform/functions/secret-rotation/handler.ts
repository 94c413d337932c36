import { Logger } from '@aws-lambda-powertools/logger';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import { FunctionEnvironment } from '../../config/function-environment.ts';
import { AwsSecretVersions } from '../../operations/rotation/aws-secret-versions.ts';
import { BrokerUsers } from '../../operations/rotation/broker-users.ts';
import { mappingRefresh } from '../../operations/rotation/mapping-refresh.ts';
import { rotate } from '../../operations/rotation/rotate.ts';
import { readRotationRequest } from '../../operations/rotation/rotation-request.ts';
import { ManagementClient } from '../../operations/topology/management-client.ts';
import { secretCredentials } from '../../runtime/amqp/broker-credentials.ts';
import { connectionSettings } from '../../runtime/amqp/connection-settings.ts';
import { requiredVariable } from '../../runtime/required-variable.ts';

const logger = new Logger();
const versions = new AwsSecretVersions(new SecretsManagerClient({ maxAttempts: 3 }));
const lambda = new LambdaClient({ maxAttempts: 5 });

/** Kept back for an error to be logged, in milliseconds. */
const reserve = 5_000;

/** One step of the rotation of a broker user's secret. Secrets Manager repeats what fails. */
export const handler = async (event: unknown, context: Context): Promise<void> => {
  logger.addContext(context);
  const request = readRotationRequest(event);
  const details = { step: request.step, secret: request.secretId, version: request.token };
  const admin = await secretCredentials(requiredVariable(FunctionEnvironment.adminSecretArn)).read();
  const client = new ManagementClient({ url: requiredVariable(FunctionEnvironment.managementUrl), ...admin });
  try {
    const user = await rotate(request, {
      versions,
      users: new BrokerUsers({
        client,
        connection: connectionSettings({}, { ...process.env, [FunctionEnvironment.brokerSecretArn]: request.secretId }),
        retry: {
          deadline: Date.now() + context.getRemainingTimeInMillis() - reserve,
          onRetry: ({ error }) => logger.warn(`broker not ready: ${error.message}`),
        },
        log: logger,
      }),
      refreshMappings: mappingRefresh({
        client: lambda,
        brokerArn: requiredVariable(FunctionEnvironment.brokerArn),
        onRefreshed: (mapping) => logger.info('mapping reads the secret again', { ...details, ...mapping }),
      }),
    });
    logger.info(user === undefined ? 'version is current already' : 'step done', { ...details, user });
  } catch (error) {
    logger.error('step failed', { ...details, error: error instanceof Error ? error : new Error(String(error)) });
    throw error;
  } finally {
    client.close();
  }
};
