import type { Application } from '../../declaration/application.ts';
import type { EventDeclaration, Events } from '../../declaration/event.ts';
import { topologyOf } from '../../declaration/topology-of.ts';
import type { PublishDeclaration } from '../../topology/declaration.ts';
import { matchesTopic } from '../../topology/patterns.ts';
import { receivers } from '../../topology/receivers.ts';

/** An event that can be published, and who gets it. */
export interface EventSource {
  readonly type: string;
  readonly declared: EventDeclaration;
  readonly exchange: string;
  /** At least one. */
  readonly consumers: readonly string[];
}

export interface EventSources {
  readonly sources: readonly EventSource[];
  /** Types that are not published, with the reason. */
  readonly leftOut: readonly { readonly type: string; readonly why: string }[];
}

/** Finds for each event the exchange on which a publisher reaches consumers with it. */
export const eventSources = (app: Application, events: Events, publisher: string): EventSources => {
  const publishes = app.publishers?.[publisher]?.publishes ?? [];
  const sources: EventSource[] = [];
  const leftOut: { type: string; why: string }[] = [];
  for (const [type, declared] of Object.entries(events)) {
    const found = publishes.filter((declaration) => permits(declaration, type)).map((to) => reached(app, to, type));
    const source = found.find(({ consumers }) => consumers.length > 0);
    if (source) sources.push({ type, declared, exchange: source.exchange, consumers: source.consumers });
    else leftOut.push({ type, why: found.find(({ why }) => why)?.why ?? 'no consumer gets it' });
  }
  return { sources, leftOut };
};

const permits = ({ routingKeys }: PublishDeclaration, type: string): boolean =>
  routingKeys === undefined || matchesTopic(routingKeys, type);

const reached = (app: Application, { exchange }: PublishDeclaration, type: string) => {
  try {
    return { exchange, consumers: receivers(topologyOf(app), { exchange, routingKey: type }) };
  } catch (error) {
    return { exchange, consumers: [], why: (error as Error).message };
  }
};
