import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { arn } from '../assembly/pseudo-parameters.ts';
import { AssemblyError, UnsupportedError } from '../assembly/template.ts';
import type { FunctionSettings } from '../runtime/function-settings.ts';
import { LocalFunction } from '../runtime/local-function.ts';
import { isSameCode } from '../runtime/same-code.ts';
import { physicalName } from './physical-name.ts';
import {
  type CreatedResource,
  checkProperties,
  InPlaceError,
  type KnownProperties,
  nameOf,
  numberProperty,
  type ResourceRequest,
  type ResourceType,
  stringProperty,
} from './resource-type.ts';

export const functionProperties: KnownProperties = {
  effective: [
    'Code',
    'Environment',
    'FunctionName',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'Role',
    'Runtime',
    'Timeout',
    'PackageType',
  ],
  ignored: [
    'Architectures',
    'DeadLetterConfig',
    'Description',
    'EphemeralStorage',
    'KmsKeyArn',
    'RecursiveLoop',
    'ReservedConcurrentExecutions',
    'RuntimeManagementConfig',
    'Tags',
    'TracingConfig',
    'VpcConfig',
  ],
};

const codeOf = (request: ResourceRequest): string => {
  const key = (request.properties.Code as { S3Key?: unknown } | undefined)?.S3Key;
  if (typeof key !== 'string')
    throw new UnsupportedError(
      `${nameOf(request)}: Code must be a file asset; inline code and container images are not run here`,
    );
  const folder = request.stack.assets.get(basename(key).replace(/\.zip$/, ''));
  if (!folder) throw new AssemblyError(`${nameOf(request)}: the assembly has no asset for ${key}`);
  if (folder.endsWith('.zip'))
    throw new UnsupportedError(`${nameOf(request)}: ${folder} is an archive; only folders are run here`);
  return folder;
};

/** Reads the settings of a function from its resource. Defaults are Lambda's: 3 s, 128 MB. */
export const functionSettings = (request: ResourceRequest): FunctionSettings => {
  checkProperties(request, functionProperties);
  const { properties, stack, logicalId } = request;
  // First: an image has none of what follows.
  const code = codeOf(request);
  const runtime = stringProperty(request, 'Runtime');
  if (!runtime.startsWith('nodejs'))
    throw new UnsupportedError(`${nameOf(request)}: runtime ${runtime}; only Node.js runs here`);
  const name =
    typeof properties.FunctionName === 'string' ? properties.FunctionName : physicalName(stack.name, logicalId, 64);
  const logging = (properties.LoggingConfig ?? {}) as {
    LogFormat?: string;
    ApplicationLogLevel?: string;
    LogGroup?: string;
  };
  const variables = ((properties.Environment ?? {}) as { Variables?: Record<string, unknown> }).Variables ?? {};
  return {
    name,
    arn: arn('lambda', `function:${name}`),
    runtime,
    code,
    handler: stringProperty(request, 'Handler'),
    timeoutSeconds: numberProperty(request, 'Timeout', 3, [1, 900]),
    memoryMegabytes: numberProperty(request, 'MemorySize', 128, [128, 10_240]),
    environment: Object.fromEntries(Object.entries(variables).map(([variable, value]) => [variable, String(value)])),
    logGroup: logging.LogGroup ?? `/aws/lambda/${name}`,
    logFormat: logging.LogFormat === 'JSON' ? 'JSON' : 'Text',
    logLevel: logging.ApplicationLogLevel,
  };
};

const createFunction: ResourceType = async (request) => {
  const { machine } = request;
  const settings = functionSettings(request);
  const role = machine.services.principals.role(stringProperty(request, 'Role'));
  const credentials = machine.services.principals.issueKeys(role, settings.name);
  const functionName = settings.name;
  machine.services.emit({ type: 'function', functionName, service: settings.environment.POWERTOOLS_SERVICE_NAME });
  // Its address is part of the environment of functions.
  await machine.services.dynamoDb;
  const created = new LocalFunction(settings, () => ({ ...machine.access, credentials }), {
    line: (stream, line, code) => machine.services.emit({ type: 'line', functionName, stream, line, code }),
    started: (pid, milliseconds) =>
      machine.services.emit({ type: 'environment-started', functionName, pid, milliseconds }),
    failed: (error, code) => machine.services.emit({ type: 'function-failed', functionName, error, code }),
  });
  machine.functions.set(settings.name, created);
  machine.functionRoles.set(created, role);
  const entry = request.stack.entries.get(request.logicalId);
  if (entry !== undefined) machine.entries.set(created, entry);
  // What events will wait for is loaded while other resources are made, everything else when it is first invoked. A handler that does
  // not load is reported to the observer and again when invoked.
  if (request.stack.forMappings.has(request.logicalId))
    created
      .warm()
      .catch((error: Error) => machine.services.emit({ type: 'notice', message: `${functionName}: ${error.message}` }));
  return running(created, machine);
};

const running = (target: LocalFunction, machine: ResourceRequest['machine']): CreatedResource => ({
  physicalId: target.name,
  attributes: { Arn: target.arn },
  update: async (request) => {
    const settings = functionSettings(request);
    if (settings.name !== target.name || stringProperty(request, 'Role') !== machine.roleOf(target).arn)
      throw new InPlaceError(`${nameOf(request)} has another name or role`);
    // Code that was put into it since is kept where it is the same.
    const code = isSameCode(settings.code, target.settings.code) ? target.settings.code : settings.code;
    if (isDeepStrictEqual({ ...settings, code }, target.settings)) return undefined;
    const failure = await target.replace({ ...settings, code });
    if (failure)
      throw new AssemblyError(
        `${nameOf(request)}: the new code does not load: ${failure.errorType}: ${failure.errorMessage}`,
      );
    return running(target, machine);
  },
  remove: async () => {
    machine.functions.delete(target.name);
    machine.functionRoles.delete(target);
    machine.entries.delete(target);
    await target.stop();
  },
});

/** Versions and aliases are the function itself: on this machine there is only its latest code. */
const createQualifier =
  (
    qualifierOf: (request: ResourceRequest) => string,
    attributes: (qualified: string) => Record<string, string>,
  ): ResourceType =>
  (request) => {
    checkProperties(request, {
      effective: ['FunctionName', 'FunctionVersion', 'Name'],
      ignored: ['Description', 'CodeSha256', 'RuntimePolicy', 'ProvisionedConcurrencyConfig'],
    });
    const qualified = `${request.machine.findFunction(stringProperty(request, 'FunctionName'), nameOf(request)).arn}:${qualifierOf(request)}`;
    return { physicalId: qualified, attributes: attributes(qualified) };
  };

export const functionTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Lambda::Function': createFunction,
  'AWS::Lambda::Version': createQualifier(
    () => '1',
    (qualified) => ({ Version: '1', FunctionArn: qualified }),
  ),
  'AWS::Lambda::Alias': createQualifier(
    (request) => stringProperty(request, 'Name'),
    (qualified) => ({ AliasArn: qualified }),
  ),
};
