import type { Random } from '../engine/random.ts';
import type { Fault, MessagePlan, OutboxPlan, Scenario } from './scenario.ts';

/** The same with an outbox: most messages come by way of it, some from a handler's transaction, and its relay has troubles of its own. */
export function withOutbox(scenario: Scenario, random: Random): Scenario {
  const messages = scenario.messages.map(
    (message): MessagePlan =>
      random.chance(0.75) ? { ...message, again: [], outbox: drawOutbox(message.at, random) } : message,
  );
  const all = [...messages, ...drawFollowers(scenario, messages, random)];
  // Nothing goes wrong but that each run takes place twice, with everything still to do: what is published twice then is nobody's fault.
  if (random.chance(0.15))
    return {
      ...scenario,
      messages: all,
      faults: [],
      relay: { hasStream: false, invokesTwice: true, maximumSkewMilliseconds: 0 },
    };
  return {
    ...scenario,
    messages: all,
    faults: [...scenario.faults, ...drawRelayFaults(random)],
    relay: {
      hasStream: random.chance(0.7),
      invokesTwice: random.chance(0.4),
      maximumSkewMilliseconds: random.pick([0, 0, 100, 400]),
    },
  };
}

const drawOutbox = (at: number, random: Random): OutboxPlan =>
  random.chance(0.3) ? { deliverAt: at + random.whole(1000, 60_000) } : {};

/** Messages that a handler adds together with its effect. */
function drawFollowers({ consumers }: Scenario, messages: MessagePlan[], random: Random): MessagePlan[] {
  const followers: MessagePlan[] = [];
  for (const [index, message] of messages.entries()) {
    const consumer = consumers.find(({ name, claims }) => name === message.to && claims);
    const [last] = message.steps.slice(-1);
    if (!consumer || message.flaw || (last !== 'effect' && last !== 'transact') || !random.chance(0.3)) continue;
    messages[index] = { ...message, steps: message.steps.with(-1, 'transact') };
    followers.push({
      id: `f${followers.length + 1}`,
      to: consumer.name,
      key: message.key,
      at: message.at,
      again: [],
      steps: ['effect'],
      outbox: { ...drawOutbox(message.at, random), within: { consumer: consumer.name, message: message.id } },
    });
  }
  return followers;
}

function drawRelayFaults(random: Random): Fault[] {
  const faults: Fault[] = [];
  if (random.chance(0.6))
    faults.push({
      kind: 'kill-at-call',
      consumer: 'relay',
      call: random.whole(1, 30),
      phase: random.pick(['before', 'under-way', 'answered']),
    });
  if (random.chance(0.2)) faults.push({ kind: 'kill', consumer: 'relay', at: random.whole(0, 40_000) });
  const from = random.whole(0, 20_000);
  if (random.chance(0.2)) faults.push({ kind: 'broker-away', from, to: from + 20_000 });
  return faults;
}
