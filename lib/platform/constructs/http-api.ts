import { join } from 'node:path';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi as GatewayHttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Names, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { HttpApiAuthorization, HttpApiSettings } from '../config/environment.ts';
import { FunctionEnvironment } from '../config/function-environment.ts';
import { defaultMessageSize } from '../config/message-limits.ts';
import { httpApiPublisher, publisherUser } from '../topology/users.ts';
import type { Broker } from './broker.ts';
import type { BrokerTopology } from './broker-topology.ts';
import { VpcFunction } from './vpc-function.ts';

/** Of 30 that API Gateway waits: room for a first connection, with a publishing deadline of 8 s. */
const timeoutSeconds = 15;

export interface HttpApiProps {
  readonly broker: Broker;
  readonly topology: BrokerTopology;
  /** Folder that holds `http-api/handler.ts`. */
  readonly functionsFolder: string;
  /** Events go here. */
  readonly exchange: string;
  readonly settings: HttpApiSettings;
  /** Largest message that the broker takes, in bytes. @default 524288 */
  readonly maximumMessageBytes?: number;
  readonly logRetentionDays: number;
}

/**
 * An HTTP API that publishes events, `POST /events/{type}`: authorised, throttled, logged. Deployed stacks, logs and messages (`app_id`) know it by the
 * name `ingest`; another name would replace what is deployed.
 */
export class HttpApi extends Construct {
  /** `https://…`, without a slash at the end. */
  readonly url: string;
  readonly handler: VpcFunction;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { topology, settings } = props;
    this.handler = this.addHandler(props);
    const api = new GatewayHttpApi(this, 'Api', {
      apiName: Names.uniqueResourceName(this, { maxLength: 128, separator: '-' }),
      description: 'Events that come in over HTTP',
      createDefaultStage: false,
    });
    const accessLog = new LogGroup(this, 'AccessLog', {
      // INFO: below this prefix API Gateway needs no entry of its own in the account's one resource policy for logs, which is limited in
      // size (CloudWatch Logs User Guide, "Enable logging from AWS services").
      logGroupName: `/aws/vendedlogs/${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}`,
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.requestsPerSecond, burstLimit: settings.burst },
      detailedMetricsEnabled: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
    // Nobody is let in before there are queues for what he sends.
    stage.node.addDependency(topology);
    api.addRoutes({
      path: '/events/{type}',
      methods: [HttpMethod.POST],
      integration: new HttpLambdaIntegration('Handler', this.handler.function),
      authorizer: authorizerFor(settings.authorization),
      authorizationScopes:
        settings.authorization.type === 'jwt' ? [...(settings.authorization.scopes ?? [])] : undefined,
    });
    this.url = api.apiEndpoint;
  }

  private addHandler(props: HttpApiProps): VpcFunction {
    const { broker, topology, settings, exchange } = props;
    const user = topology.secretOf(publisherUser(httpApiPublisher));
    const handler = new VpcFunction(this, 'Handler', {
      entry: join(props.functionsFolder, 'http-api', 'handler.ts'),
      service: 'ingest',
      description: 'Publishes events that come in over HTTP',
      vpc: broker.vpc,
      securityGroup: broker.clients,
      timeoutSeconds,
      memoryMegabytes: 512,
      reservedConcurrency: settings.maximumConcurrency,
      logRetentionDays: props.logRetentionDays,
      environment: {
        [FunctionEnvironment.brokerEndpoints]: broker.endpoints,
        [FunctionEnvironment.brokerSecretArn]: user.secretArn,
        [FunctionEnvironment.brokerVhost]: topology.vhost,
        [FunctionEnvironment.eventExchange]: exchange,
        [FunctionEnvironment.maximumMessageBytes]: String(props.maximumMessageBytes ?? defaultMessageSize),
      },
    });
    user.grantRead(handler.role);
    return handler;
  }
}

const authorizerFor = (authorization: HttpApiAuthorization): IHttpRouteAuthorizer =>
  authorization.type === 'jwt'
    ? new HttpJwtAuthorizer('Jwt', authorization.issuer, { jwtAudience: [...authorization.audience] })
    : new HttpIamAuthorizer();

/** Who called, what for, and what came of it; never a header or a body. */
const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  sourceIp: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  subject: '$context.authorizer.claims.sub',
  method: '$context.httpMethod',
  path: '$context.path',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
};
