import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { selectEnvironment } from '../../../lib/platform/config/select-environment.ts';
import { topologyOf } from '../../../lib/platform/declaration/topology-of.ts';
import { brokerOperations } from '../../../lib/platform/topology/broker-operations.ts';
import type { TopologyDeclaration } from '../../../lib/platform/topology/declaration.ts';
import { expandTopology } from '../../../lib/platform/topology/expand.ts';
import { permissionTable } from '../../../lib/platform/topology/permission-table.ts';
import { app } from '../application/app.ts';
import { environments } from '../application/environments.ts';

const declaration = topologyOf(app);

describe('the table of permissions', () => {
  it('is what docs/permissions.md shows', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/permissions.md'), 'utf8');
    expect(page).toContain(permissionTable(declaration, selectEnvironment(environments, {})));
  });

  it('has something for every user to do, and something next to it that he may not', () => {
    const operations = brokerOperations(declaration);
    for (const { name, alternateOf } of expandTopology(declaration, { vhost: 'events' }).users) {
      if (alternateOf !== undefined) continue;
      expect([name, operations.some(({ users }) => users.includes(name))]).toEqual([name, true]);
      expect(operations.filter(({ users }) => !users.includes(name)).length).toBeGreaterThan(operations.length / 2);
    }
  });

  it('follows what a declaration narrows', () => {
    const narrow: TopologyDeclaration = {
      exchanges: { events: { type: 'topic' } },
      consumers: { orders: { bindings: [{ exchange: 'events', routingKey: 'order.placed' }] } },
      publishers: {
        shop: { publishes: [{ exchange: 'events', routingKeys: ['order.*'] }], schedules: ['orders'] },
        crm: { publishes: [{ exchange: 'events', routingKeys: ['user.*'], scheduled: true }] },
      },
    };
    const who = (name: string) => brokerOperations(narrow).find((operation) => operation.name === name)?.users;
    expect(who('publish `order.placed` to `events`')).toEqual(['shop']);
    expect(who('publish `another.type` to `events`')).toEqual([]);
    expect(who('schedule `order.placed` for `events`')).toEqual([]);
    expect(who('send to `orders` with a delay')).toEqual(['orders', 'shop']);
    expect(who('consume `orders`')).toEqual(['orders.mapping']);
  });
});
