import { createHash } from 'node:crypto';
import { AssemblyError, UnsupportedError } from '../assembly/template.ts';
import { type Authorizer, openToAll } from '../gateway/authorizer.ts';
import { iamAuthorizer } from '../gateway/iam-authorizer.ts';
import { JwtAuthorizer } from '../gateway/jwt-authorizer.ts';
import { type GatewayRoute, type Integration, LocalHttpApi } from '../gateway/local-http-api.ts';
import { parseRouteKey } from '../gateway/route.ts';
import { drop, type Machine } from '../machine.ts';
import {
  checkProperties,
  InPlaceError,
  nameOf,
  type ResourceRequest,
  type ResourceType,
  stringProperty,
} from './resource-type.ts';

interface JwtConfiguration {
  readonly Issuer?: string;
  readonly Audience?: readonly string[];
}

/** What routes of an API refer to by id. */
interface Parts {
  readonly api: LocalHttpApi;
  readonly integrations: Map<string, Integration>;
  readonly authorizers: Map<
    string,
    { readonly issuer: string; readonly audience: readonly string[]; readonly header: string }
  >;
}

const parts = new WeakMap<Machine, Map<string, Parts>>();

const partsOf = (request: ResourceRequest): Parts => {
  const id = stringProperty(request, 'ApiId');
  const found = parts.get(request.machine)?.get(id);
  if (!found) throw new AssemblyError(`${nameOf(request)}: ${id} is no HTTP API of this assembly`);
  return found;
};

/** Ten letters and digits, the same in every run. */
const idOf = ({ stack, logicalId }: ResourceRequest): string =>
  BigInt(`0x${createHash('sha256').update(`${stack.name}/${logicalId}`).digest('hex')}`)
    .toString(36)
    .slice(0, 10);

const createApi: ResourceType = async (request) => {
  checkProperties(request, { effective: ['Name', 'ProtocolType'], ignored: ['Description', 'Tags', 'Version'] });
  if (request.properties.ProtocolType !== 'HTTP')
    throw new UnsupportedError(
      `${nameOf(request)}: ProtocolType is ${String(request.properties.ProtocolType)}; only HTTP is served on this machine`,
    );
  const { machine } = request;
  const id = idOf(request);
  const api = new LocalHttpApi(id, {
    emit: machine.services.emit,
    mayInvoke: (target, sourceArn) => machine.permits(target, 'apigateway.amazonaws.com', sourceArn),
  });
  await api.start();
  machine.httpApis.push(api);
  const known = parts.get(machine) ?? new Map<string, Parts>();
  parts.set(machine, known.set(id, { api, integrations: new Map(), authorizers: new Map() }));
  return {
    physicalId: id,
    attributes: { ApiId: id, ApiEndpoint: api.url },
    // The name and the description that it has are no matter here, and it keeps its address.
    update: () => undefined,
    remove: () => {
      api.stop();
      drop(machine.httpApis, api);
      known.delete(id);
    },
  };
};

const createIntegration: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion', 'TimeoutInMillis'],
    // API Gateway invokes functions with POST, whatever it says.
    ignored: ['Description', 'IntegrationMethod'],
  });
  const { IntegrationType, PayloadFormatVersion, TimeoutInMillis } = request.properties;
  if (IntegrationType !== 'AWS_PROXY' || PayloadFormatVersion !== '2.0')
    throw new UnsupportedError(
      `${nameOf(request)}: ${String(IntegrationType)} with payload format ${String(PayloadFormatVersion)}; only AWS_PROXY with 2.0 is served on this machine`,
    );
  const timeoutMilliseconds = Number(TimeoutInMillis ?? 30_000);
  if (!(timeoutMilliseconds >= 50 && timeoutMilliseconds <= 30_000))
    throw new AssemblyError(
      `${nameOf(request)}: TimeoutInMillis is ${String(TimeoutInMillis)}; API Gateway takes 50 to 30000`,
    );
  const id = idOf(request);
  const target = request.machine.findFunction(stringProperty(request, 'IntegrationUri'), nameOf(request));
  const { integrations } = partsOf(request);
  integrations.set(id, { target, timeoutMilliseconds });
  return { physicalId: id, attributes: { IntegrationId: id }, remove: () => void integrations.delete(id) };
};

const createAuthorizer: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['ApiId', 'AuthorizerType', 'IdentitySource', 'JwtConfiguration'],
    ignored: ['Name'],
  });
  const { AuthorizerType, IdentitySource } = request.properties;
  if (AuthorizerType !== 'JWT')
    throw new UnsupportedError(
      `${nameOf(request)}: AuthorizerType is ${String(AuthorizerType)}; only JWT is known on this machine`,
    );
  const source = Array.isArray(IdentitySource) ? String(IdentitySource[0]) : '$request.header.Authorization';
  const header = /^\$request\.header\.(.+)$/.exec(source)?.[1]?.toLowerCase();
  if (header === undefined)
    throw new UnsupportedError(
      `${nameOf(request)}: IdentitySource is ${source}; only a header is read on this machine`,
    );
  const { Issuer = '', Audience = [] } = (request.properties.JwtConfiguration ?? {}) as JwtConfiguration;
  const id = idOf(request);
  const { authorizers } = partsOf(request);
  authorizers.set(id, { issuer: Issuer, audience: Audience, header });
  return {
    physicalId: id,
    attributes: { AuthorizerId: id },
    update: (later) => {
      throw new InPlaceError(`${nameOf(later)} is part of routes that name it`);
    },
    remove: () => void authorizers.delete(id),
  };
};

const authorizerOf = (request: ResourceRequest): Authorizer => {
  const { AuthorizationType = 'NONE', AuthorizerId, AuthorizationScopes } = request.properties;
  if (AuthorizationType === 'NONE') return openToAll;
  if (AuthorizationType === 'AWS_IAM') return iamAuthorizer(request.machine.services.principals);
  const jwt = partsOf(request).authorizers.get(String(AuthorizerId));
  if (AuthorizationType !== 'JWT' || !jwt)
    throw new UnsupportedError(
      `${nameOf(request)}: AuthorizationType ${String(AuthorizationType)} with authorizer ${String(AuthorizerId)}; NONE, AWS_IAM and JWT are known on this machine`,
    );
  return new JwtAuthorizer({
    ...jwt,
    scopes: Array.isArray(AuthorizationScopes) ? AuthorizationScopes.map(String) : [],
  });
};

const createRoute: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['ApiId', 'AuthorizationScopes', 'AuthorizationType', 'AuthorizerId', 'RouteKey', 'Target'],
    ignored: ['OperationName'],
  });
  const { api, integrations } = partsOf(request);
  const target = stringProperty(request, 'Target');
  const integrationId = target.replace(/^integrations\//, '');
  const integration = integrations.get(integrationId);
  if (!integration) throw new AssemblyError(`${nameOf(request)}: Target ${target} is no integration of its API`);
  const route: GatewayRoute = {
    ...parseRouteKey(stringProperty(request, 'RouteKey')),
    // The integration may be given other settings later.
    get integration() {
      return integrations.get(integrationId) ?? integration;
    },
    authorizer: authorizerOf(request),
  };
  api.routes.push(route);
  const id = idOf(request);
  return { physicalId: id, attributes: { RouteId: id }, remove: () => drop(api.routes, route) };
};

const createStage: ResourceType = (request) => {
  checkProperties(request, {
    effective: ['ApiId', 'AutoDeploy', 'DefaultRouteSettings', 'StageName'],
    ignored: ['AccessLogSettings', 'Description', 'Tags'],
  });
  const name = stringProperty(request, 'StageName');
  if (name !== '$default' || String(request.properties.AutoDeploy) !== 'true')
    throw new UnsupportedError(
      `${nameOf(request)}: stage ${name}; only $default with AutoDeploy is served on this machine, under no path of its own`,
    );
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = (request.properties.DefaultRouteSettings ??
    {}) as Record<string, number | undefined>;
  partsOf(request).api.deploy(
    name,
    rate === undefined || burst === undefined ? undefined : { rate: Number(rate), burst: Number(burst) },
  );
  return { physicalId: name };
};

export const httpApiTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ApiGatewayV2::Api': createApi,
  'AWS::ApiGatewayV2::Authorizer': createAuthorizer,
  'AWS::ApiGatewayV2::Integration': createIntegration,
  'AWS::ApiGatewayV2::Route': createRoute,
  'AWS::ApiGatewayV2::Stage': createStage,
};
