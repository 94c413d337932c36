import { AssemblyError, UnsupportedError } from '../assembly/template.ts';
import { checkProperties, nameOf, type ResourceType, stringProperty } from './resource-type.ts';

const principal = 'secretsmanager.amazonaws.com';

/**
 * Tells a secret which function rotates it. Nothing is rotated by itself here, where no run lasts for days: `RotateSecret` of the local
 * Secrets Manager does.
 */
const createRotationSchedule: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['SecretId', 'RotationLambdaARN', 'RotateImmediatelyOnUpdate'],
    ignored: ['RotationRules'],
  });
  const { machine, properties } = request;
  const secret = machine.services.secrets.find(stringProperty(request, 'SecretId'));
  if (!secret) throw new UnsupportedError(`${nameOf(request)}: SecretId is no secret of this assembly`);
  if (String(properties.RotateImmediatelyOnUpdate) !== 'false')
    throw new UnsupportedError(
      `${nameOf(request)}: RotateImmediatelyOnUpdate is not false; a secret that rotates while its stack is being made is not supported on this machine`,
    );
  const functionArn = stringProperty(request, 'RotationLambdaARN');
  const target = machine.findFunction(functionArn, nameOf(request));
  if (!machine.permits(target, principal, secret.arn))
    throw new AssemblyError(`${nameOf(request)}: ${principal} may not invoke ${target.name}; it needs a permission`);
  const days = Number(
    (properties.RotationRules as { AutomaticallyAfterDays?: unknown } | undefined)?.AutomaticallyAfterDays,
  );
  secret.rotation = {
    functionArn,
    ...(Number.isInteger(days) && { afterDays: days }),
    invoke: async (event) => {
      const result = await target.invoke(JSON.stringify(event));
      if (result.status === 'failed') throw new Error(`${result.error.errorType}: ${result.error.errorMessage}`);
    },
  };
  return {
    physicalId: secret.arn,
    attributes: { Id: secret.arn },
    remove: () => {
      secret.rotation = undefined;
    },
  };
};

export const rotationTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SecretsManager::RotationSchedule': createRotationSchedule,
};
