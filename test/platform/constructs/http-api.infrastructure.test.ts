import { describe, expect, it } from '@jest/globals';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { app } from '../application/app.ts';
import { environments } from '../application/environments.ts';
import { synthesized } from '../stacks/synthesized.ts';

const { httpApi } = selectEnvironment(environments, { env: 'prod' });
const prod = synthesized('prod');
const routesOf = ({ ofType }: typeof prod) => ofType('AWS::ApiGatewayV2::Route').map(({ properties }) => properties);

describe('the HTTP API for events', () => {
  it('is open to signed requests of permitted principals only', () => {
    expect(routesOf(prod)).toMatchObject([{ RouteKey: 'POST /events/{type}', AuthorizationType: 'AWS_IAM' }]);
  });

  it('or to the tokens of an issuer, where that is configured', () => {
    const authorization = {
      type: 'jwt',
      issuer: 'https://id.example.com',
      audience: ['events'],
      scopes: ['publish'],
    } as const;
    const changed = synthesized('prod', { httpApi: { ...httpApi, authorization } });
    expect(routesOf(changed)).toMatchObject([{ AuthorizationType: 'JWT', AuthorizationScopes: ['publish'] }]);
    expect(changed.ofType('AWS::ApiGatewayV2::Authorizer').map(({ properties }) => properties)).toMatchObject([
      { AuthorizerType: 'JWT', JwtConfiguration: { Issuer: 'https://id.example.com', Audience: ['events'] } },
    ]);
  });

  it('is throttled and writes an access log without headers and bodies', () => {
    const [stage] = prod.ofType('AWS::ApiGatewayV2::Stage');
    expect(stage?.properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 500,
      ThrottlingBurstLimit: 1000,
    });
    const { Format = '' } = (stage?.properties.AccessLogSettings ?? {}) as { Format?: string };
    expect(Object.keys(JSON.parse(Format))).toEqual(expect.arrayContaining(['status', 'caller', 'sourceIp']));
    expect(Format).not.toMatch(/header|body/i);
  });

  it('opens when there are queues for what comes in', () => {
    const [stage] = prod.ofType('AWS::ApiGatewayV2::Stage');
    const [topology] = prod.ofType('Custom::RabbitMqTopology');
    expect(stage?.dependsOn).toContain(topology?.logicalId);
  });

  it('publishes as a broker user of its own, which may write to the exchange of events and nothing else', () => {
    const [topology] = prod.ofType('Custom::RabbitMqTopology');
    const { permissions } = JSON.parse(String(topology?.properties.Topology)) as {
      permissions: { user: string; configure: string; write: string; read: string }[];
    };
    expect(permissions.filter(({ user }) => user === 'ingest')).toEqual([
      {
        user: 'ingest',
        configure: expect.stringMatching(/^\^?\$?$/),
        write: expect.stringContaining('events'),
        read: expect.stringMatching(/^\^?\$?$/),
      },
    ]);
    const api = prod.ofType('AWS::Lambda::Function').find(({ logicalId }) => logicalId.startsWith('Ingest'));
    expect(api?.properties.Environment).toMatchObject({ Variables: { EVENT_EXCHANGE: 'events' } });
  });

  it('sets execution environments aside where their number is limited', () => {
    const changed = synthesized('dev', { httpApi: { ...httpApi, maximumConcurrency: 20 } });
    const api = changed.ofType('AWS::Lambda::Function').find(({ logicalId }) => logicalId.startsWith('Ingest'));
    expect(api?.properties.ReservedConcurrentExecutions).toBe(20);
  });

  it('is not there for an application without one', () => {
    expect(
      synthesized('dev', { application: { ...app, httpApi: undefined } }).ofType('AWS::ApiGatewayV2::Api'),
    ).toEqual([]);
  });
});
