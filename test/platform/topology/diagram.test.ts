import { expect, it } from '@jest/globals';
import { topologyDiagram } from '../../../lib/platform/topology/diagram.ts';

it('a diagram shows who publishes where, what reaches which queue, and where dead letters go', () => {
  const diagram = topologyDiagram({
    exchanges: {
      events: { type: 'topic' },
      copies: { type: 'fanout', bindings: [{ exchange: 'events', routingKey: '#' }] },
    },
    consumers: {
      orders: { bindings: [{ exchange: 'events', routingKey: 'order.*' }], shards: { count: 2, by: 'routing-key' } },
      mails: { bindings: [{ exchange: 'copies' }], publishes: [{ exchange: 'events' }] },
    },
    publishers: { shop: { publishes: [{ exchange: 'events', routingKeys: ['order.placed'] }], schedules: ['mails'] } },
  });
  expect(diagram).toBe(
    `flowchart LR
  n1(["shop"]) -->|"order.placed"| n2{{"events"}}
  n1(["shop"]) -.-> n0[/"delays"/]
  n2{{"events"}} -->|"#35;"| n3{{"copies"}}
  n2{{"events"}} -->|"order.*"| n4{{"orders"}}
  n4{{"orders"}} --> n5[("orders.shard-0")]
  n5[("orders.shard-0")] <-.->|retries| n0[/"delays"/]
  n5[("orders.shard-0")] -->|"dead letters"| n6[("orders.dead-letter")]
  n4{{"orders"}} --> n7[("orders.shard-1")]
  n7[("orders.shard-1")] <-.->|retries| n0[/"delays"/]
  n7[("orders.shard-1")] -->|"dead letters"| n6[("orders.dead-letter")]
  n3{{"copies"}} --> n8[("mails")]
  n8[("mails")] <-.->|retries| n0[/"delays"/]
  n8[("mails")] -->|"dead letters"| n9[("mails.dead-letter")]
  n8[("mails")] -->|"publishes"| n2{{"events"}}
`,
  );
});

it('names that Mermaid would read as markup are escaped', () => {
  const diagram = topologyDiagram({
    exchanges: { 'a "quoted" <b>': { type: 'topic' } },
    consumers: { c: { bindings: [{ exchange: 'a "quoted" <b>', routingKey: '*.#' }] } },
    publishers: {},
  });
  expect(diagram).toContain('{{"a #quot;quoted#quot; #lt;b#gt;"}}');
  expect(diagram).toContain('|"*.#35;"|');
});
