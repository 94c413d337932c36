import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { arn } from '../assembly/pseudo-parameters.ts';
import { close, listen } from '../endpoints/aws-endpoint.ts';
import type { LocalRunEvent } from '../events.ts';
import { maximumPayloadBytes } from '../runtime/invocation.ts';
import type { LocalFunction } from '../runtime/local-function.ts';
import type { Authorizer } from './authorizer.ts';
import { functionEvent } from './function-event.ts';
import { type GatewayRequest, readRequest } from './gateway-request.ts';
import { functionResponse, type GatewayResponse, gatewayMessage, internalError } from './gateway-response.ts';
import { matchRoute, type RoutePattern } from './route.ts';
import { Throttle, type ThrottleSettings } from './throttle.ts';

/** A function behind a route. */
export interface Integration {
  readonly target: LocalFunction;
  /** 50 to 30,000. */
  readonly timeoutMilliseconds: number;
}

export interface GatewayRoute extends RoutePattern {
  readonly integration: Integration;
  readonly authorizer: Authorizer;
}

export interface HttpApiObserver {
  emit(event: LocalRunEvent): void;
  /** Whether API Gateway may invoke the function for requests of this source ARN. */
  mayInvoke(target: LocalFunction, sourceArn: string): boolean;
}

/** An HTTP API of API Gateway on a free port of the loopback interface: routes, authorizers, throttling, limits, payload format 2.0. */
export class LocalHttpApi {
  readonly id: string;
  readonly routes: GatewayRoute[] = [];
  readonly #observer: HttpApiObserver;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #url = '';
  #stage: string | undefined;
  #throttle: Throttle | undefined;

  constructor(id: string, observer: HttpApiObserver) {
    this.id = id;
    this.#observer = observer;
  }

  /** `http://127.0.0.1:<port>` */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    this.#url = `http://127.0.0.1:${await listen(this.#server)}`;
  }

  stop(): void {
    close(this.#server);
  }

  /** Before there is a stage, every request is answered 404. */
  deploy(stage: string, throttle: ThrottleSettings | undefined): void {
    this.#stage = stage;
    this.#throttle = throttle && new Throttle(throttle, performance.now());
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const begun = performance.now();
    let answer: GatewayResponse;
    try {
      const request = await readRequest(message);
      answer = request
        ? await this.#answer(request)
        : gatewayMessage(413, 'Request Entity Too Large', { connection: 'close' });
    } catch (error) {
      // The caller hung up in mid-request.
      if (message.destroyed && !message.complete) return;
      this.#notice(`${(error as Error).name}: ${(error as Error).message}`);
      answer = internalError;
    }
    response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length } as Record<
      string,
      string | number | string[]
    >);
    response.end(answer.body);
    this.#observer.emit({
      type: 'request',
      method: message.method ?? '',
      path: message.url ?? '',
      status: answer.status,
      milliseconds: performance.now() - begun,
    });
  }

  async #answer(request: GatewayRequest): Promise<GatewayResponse> {
    const match = this.#stage === undefined ? undefined : matchRoute(this.routes, request.method, request.path);
    if (!match) return gatewayMessage(404, 'Not Found');
    if (this.#throttle && !this.#throttle.admit(performance.now())) return gatewayMessage(429, 'Too Many Requests');
    const { route, parameters } = match;
    const stage = this.#stage ?? '';
    const authorization = await route.authorizer.authorize(
      request,
      this.#arn(`${stage}/${request.method}${request.path}`),
    );
    if ('refusal' in authorization) {
      this.#notice(`${request.method} ${request.path} refused: ${authorization.reason}`);
      return authorization.refusal;
    }
    const event = functionEvent(request, {
      apiId: this.id,
      stage,
      routeKey: route.key,
      pathParameters: parameters,
      caller: authorization.caller,
    });
    return this.#invoke(route, event, `${stage}/${request.method}/${route.segments.join('/')}`);
  }

  async #invoke({ integration, key }: GatewayRoute, event: object, source: string): Promise<GatewayResponse> {
    const { target, timeoutMilliseconds } = integration;
    if (!this.#observer.mayInvoke(target, this.#arn(source))) {
      this.#notice(`${key}: no AWS::Lambda::Permission lets API Gateway invoke ${target.name}`);
      return internalError;
    }
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > maximumPayloadBytes) return gatewayMessage(413, 'Request Too Long');
    const waiting = new AbortController();
    try {
      const result = await Promise.race([
        target.invoke(payload),
        sleep(timeoutMilliseconds, undefined, { signal: waiting.signal }),
      ]);
      if (!result) return gatewayMessage(503, 'Service Unavailable');
      if (result.status === 'failed') return internalError;
      const answer = functionResponse(result.payload);
      if (!answer) this.#notice(`${key}: what ${target.name} returned is no response of payload format 2.0`);
      return answer ?? internalError;
    } finally {
      waiting.abort();
    }
  }

  #arn(resource: string): string {
    return arn('execute-api', `${this.id}/${resource}`);
  }

  #notice(message: string): void {
    this.#observer.emit({ type: 'notice', message: `HTTP API: ${message}` });
  }
}
