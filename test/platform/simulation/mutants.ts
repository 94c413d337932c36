/** A defect to be planted: a place in a source file, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Must be there exactly once. */
  readonly find: string;
  readonly replace: string;
}

const batch = 'lib/platform/runtime/batch';
const claims = 'lib/platform/runtime/claims';
const recover = 'lib/platform/runtime/recover';
const circuit = 'lib/platform/operations/circuit';
const outbox = 'lib/platform/runtime/outbox';

/** Defects that the search must find. */
export const mutants: readonly Mutant[] = [
  {
    name: 'messages with an order key are read before they are claimed',
    file: `${batch}/read-ahead.ts`,
    find: 'if (services.claims && !(await claimDelivery(delivery, batch, services.claims))) {',
    replace: 'if (services.claims === undefined) {',
  },
  {
    name: 'nobody looks for what kills a consumer without claims',
    file: `${batch}/crash-watch.ts`,
    find: 'if (services.claims || !crashes || queue === undefined) return unwatched;',
    replace: 'if (services.claims || !crashes || queue !== undefined) return unwatched;',
  },
  {
    name: 'a follower overtakes',
    file: `${batch}/key-order.ts`,
    find: "return ahead(key.queue, who) === 0 ? undefined : deferred('order', secondsUntilFirst(key.queue, now));",
    replace: 'return undefined;',
  },
  {
    name: 'a publisher wedges when its connection closes while a channel opens',
    file: 'lib/platform/runtime/amqp/broker-connection.ts',
    find: 'if (live.lost) throw live.lost;',
    replace: '',
  },
  {
    name: 'a full queue stops the delays of all others',
    file: 'lib/platform/topology/returning-queues.ts',
    find: "return limit !== undefined && settings.overflow === 'reject-publish';",
    replace: 'return limit === -1;',
  },
  {
    name: 'contention of transact is not waited out',
    file: `${batch}/effect-transactions.ts`,
    find: 'if (!isContention(error) || this.#clock.now() + pause >= lastTry) throw namingItems(error, items);',
    replace: "throw new (await import('../errors.ts')).FatalError('contention');",
  },
  {
    name: 'a claim table that refuses everything is deferred to, and nobody notices',
    file: `${batch}/returned-batch.ts`,
    find: 'if (refused.length < asked * nearlyAll) return undefined;',
    replace: 'if (refused.length <= asked) return undefined;',
  },
  {
    name: 'settling asks for no owner',
    file: `${claims}/claim-write.ts`,
    find: `  { field: 'owner', is: '=', value: owner },
  { field: 'state', is: '=', value: 'IN_PROGRESS' },
  { field: 'expiry', is: '>', value: seconds(now) },`,
    replace: `  { field: 'expiry', is: '>', value: seconds(now) },`,
  },
  {
    name: 'the lease of another is ignored',
    file: `${claims}/claim-write.ts`,
    find: "      { field: 'state', is: '=', value: 'RELEASED' },\n      { field: 'crashes', is: '=', value: 0 },",
    replace: "      { field: 'crashes', is: '=', value: 0 },",
  },
  {
    name: 'a lease ends at once',
    file: `${batch}/handle-delivery.ts`,
    find: 'leaseUntil: batch.guard.budget.endsAt,',
    replace: 'leaseUntil: 0,',
  },
  {
    name: 'a batch is acknowledged although a copy is not confirmed',
    file: `${batch}/forward.ts`,
    find: 'else if (!noteAnswer(forwarding, result, batch)) unconfirmed.push(unconfirmedCopy(forwarding, result));',
    replace: 'else noteAnswer(forwarding, result, batch);',
  },
  {
    name: 'a copy counts as confirmed without the broker having said so',
    file: `${batch}/forward.ts`,
    find: "  if (result.status === 'confirmed') {",
    replace: "  if (result.status !== 'returned') {",
  },
  {
    name: "the broker's own headers stay on copies",
    file: `${recover}/copy.ts`,
    find: "!isBrokerHeader(name) && name !== 'BCC'",
    replace: "name !== 'BCC'",
  },
  {
    name: 'a retry does not count its attempt',
    file: `${recover}/copy.ts`,
    find: '[Header.attempt]: attempt + 1 }',
    replace: '[Header.attempt]: attempt }',
  },
  {
    name: 'a deferral counts as an attempt',
    file: `${recover}/copy.ts`,
    find: '...(attempt > 1 && { [Header.attempt]: attempt }),',
    replace: '[Header.attempt]: attempt + 1,',
  },
  {
    name: 'a claim is given back although its message was handed on',
    file: `${batch}/settle-claims.ts`,
    find: 'if (!(await claims.forwarded(key, owner))) logLateClaimLoss(delivery, batch);',
    replace: 'await claims.release(key, owner);',
  },
  {
    name: 'earlier turns may be claimed again',
    file: `${claims}/claim-write.ts`,
    find: "{ field: 'turn', is: '<', value: request.turn },",
    replace: "{ field: 'turn', is: '<>', value: request.turn },",
  },
  {
    name: 'what is done may be claimed for a later turn',
    file: `${claims}/claim-write.ts`,
    find: "      { field: 'state', is: '<>', value: 'DONE' },\n",
    replace: '',
  },
  {
    name: 'a crash is not counted',
    file: `${claims}/claim-write.ts`,
    find: "change: held(request, request.crashes ?? 'one more', now, retentionSeconds),",
    replace: 'change: held(request, 0, now, retentionSeconds),',
  },
  {
    name: 'suspects run beside others',
    file: `${batch}/handle-delivery.ts`,
    find: 'else delivery.suspect(outcome);',
    replace: 'else { delivery.suspect(outcome); await handleSuspect(delivery, batch); }',
  },
  {
    name: 'transact does not ask for the claim',
    file: `${batch}/effect-transactions.ts`,
    find: 'TransactItems: [...items, claimCompletionItem(completion)],',
    replace: 'TransactItems: [...items],',
  },
  {
    name: 'a handler that is left behind may still commit',
    file: `${batch}/settle-claims.ts`,
    find: 'if (!delivery.mayHoldClaim) return;',
    replace: 'if (delivery.mayHoldClaim) return;',
  },
  {
    name: 'what the end of the time finds in the hands of its handler is taken for done',
    file: `${batch}/decide-fate.ts`,
    find: 'return fateOfFailure(leftBehind(), delivery, batch);',
    replace: 'return done;',
  },
  {
    name: 'delays have one level less than they say',
    file: 'lib/platform/topology/delay-infrastructure.ts',
    find: "'x-message-ttl': 2 ** level * 1000,",
    replace: "'x-message-ttl': 2 ** level * 500,",
  },
  {
    name: 'delays are not dead-lettered at least once, but to nowhere',
    file: 'lib/platform/topology/delay-infrastructure.ts',
    find: 'return { source: delayDeliveryExchange, destination: queue, routingKey: delayDestinationBindingKey(queue) };',
    replace:
      'return { source: delayDeliveryExchange, destination: queue, routingKey: delayDestinationBindingKey(queue.slice(1)) };',
  },
  {
    name: 'a message is tried for ever',
    file: `${recover}/decide.ts`,
    find: "if (attempt >= policy.maxAttempts) return { action: 'dead-letter', reason: 'exhausted' };",
    replace: '',
  },
  {
    name: 'a dead letter counts one attempt too few',
    file: `${recover}/decide.ts`,
    find: 'if (attempt >= policy.maxAttempts) ',
    replace: 'if (attempt >= policy.maxAttempts - 1) ',
  },
  {
    name: 'no health report at the end of the time, where handlers hang',
    file: `${batch}/process-batch.ts`,
    find: 'const reported = reportHealth(deliveries, batch);',
    replace: 'const reported = batch.guard.isOver() ? undefined : reportHealth(deliveries, batch);',
  },
  {
    name: 'the circuit breaker takes a mapping that was disabled before for its own',
    file: `${circuit}/held-mappings.ts`,
    find: "Object.fromEntries(mappings.filter(({ state }) => state === 'Enabled').map(({ id }) => [id, {}])),",
    replace: 'Object.fromEntries(mappings.map(({ id }) => [id, {}])),',
  },
  {
    name: 'the circuit breaker does not see that a person was at a mapping of its own',
    file: `${circuit}/held-mappings.ts`,
    find: 'return known.lastModified === lastModified ? [[mapping.id, known]] : [];',
    replace: 'return [[mapping.id, known]];',
  },
  {
    name: 'an open circuit never tries again',
    file: `${circuit}/circuit.ts`,
    find: "return { state: 'half-open', since: now,",
    replace: "return { ...circuit, state: 'open', since: now,",
  },
  {
    name: 'a dead letter is published while the transaction of its message may still commit',
    file: `${batch}/forward.ts`,
    find: "const givesUp = ({ delivery, fate }: Forwarding): boolean => fate.kind === 'dead-letter' && delivery.holdsClaim;",
    replace: 'const givesUp = (_: Forwarding): boolean => false;',
  },
  {
    name: 'a handler takes messages of a queue that is not its own',
    file: `${batch}/process-batch.ts`,
    find: 'if (consumerOfQueue(queue) === consumer) return;',
    replace: 'if (consumerOfQueue(queue) !== undefined) return;',
  },
  {
    name: 'nobody looks whether the claim could be given up before the dead letter',
    file: `${batch}/give-up.ts`,
    find: 'if (await claims.giveUp(key, owner, storedFate(fate))) delivery.givenUp();',
    replace: 'if ((await claims.giveUp(key, owner, storedFate(fate))) !== undefined) delivery.givenUp();',
  },
  {
    name: 'a returned message counts as confirmed',
    file: 'lib/platform/runtime/amqp/channel-sender.ts',
    find: 'if (!entry.returned) entry.confirm();',
    replace: 'if (!entry.returned || entry.index >= 0) entry.confirm();',
  },
  {
    name: 'retries wait without jitter',
    file: 'lib/platform/time/backoff.ts',
    find: 'Math.ceil(random() * doubled(',
    replace: 'Math.ceil((random, 1) * doubled(',
  },
  {
    name: 'a retry waits as long as the one after it should',
    file: `${recover}/decide.ts`,
    find: 'backoff(attempt, { base, cap }, random)',
    replace: 'backoff(attempt + 1, { base, cap }, random)',
  },
  {
    name: 'the relay takes a message out of the outbox before it is confirmed',
    file: `${outbox}/relay-key.ts`,
    find: 'problem = await publish(message, relay);',
    replace: 'await relay.store.confirm(message.ref);\n    problem = await publish(message, relay);',
  },
  {
    name: 'the relay goes on with a key after a message that is not confirmed',
    file: `${outbox}/relay-key.ts`,
    find: 'if (problem !== undefined) break;',
    replace: 'if (problem !== undefined) continue;',
  },
  {
    name: 'two relays work on one key',
    file: `${outbox}/outbox-update.ts`,
    find: "ConditionExpression: '#state = :pending OR #state = :sent AND #lease <= :now OR #state = :sent AND #owner = :owner',",
    replace:
      "ConditionExpression: '#state = :pending OR #state = :sent AND (#lease <= :now OR #lease > :now OR #owner = :owner)',",
  },
  {
    name: 'a relay that died keeps its messages',
    file: `${outbox}/outbox-update.ts`,
    find: "ConditionExpression: '#state = :pending OR #state = :sent AND #lease <= :now OR #state = :sent AND #owner = :owner',",
    replace:
      "ConditionExpression: '#state = :pending OR #state = :sent AND #lease < :now AND #lease > :now OR #state = :sent AND #owner = :owner',",
  },
  {
    name: 'the outbox keeps the seconds to wait, not the point in time',
    file: `${outbox}/outbox-item.ts`,
    find: '...envelopeOf(item),',
    replace:
      '...envelopeOf(item), deliverAt: (at => at && new Date(Number(at) + Date.now() - Number(item.addedAt?.N)))(envelopeOf(item).deliverAt),',
  },
  {
    name: 'an event that its publisher has to hold waits as long as if it had been sent at once',
    file: 'lib/platform/runtime/amqp/publish-call.ts',
    find: 'if (this.scheduled) this',
    replace: 'if (this.scheduled && this.message === this.scheduled) this',
  },
  {
    name: 'an event is added to the outbox beside the transaction',
    file: `${batch}/effect-transactions.ts`,
    find: 'TransactItems: [...items, claimCompletionItem(completion)],',
    replace: 'TransactItems: [...items.slice(0, 1), claimCompletionItem(completion)],',
  },
  {
    name: 'a rotation gives a new password to the user that clients log in as',
    file: 'lib/platform/operations/rotation/rotate.ts',
    find: 'await users.setPassword(next);',
    replace: 'await users.setPassword({ ...next, username });',
  },
  {
    name: 'a rotation that died before its mappings read the secret leaves them with the old one',
    file: 'lib/platform/operations/rotation/rotate.ts',
    find: "if (step === 'finishSecret') await services.refreshMappings(secretId);",
    replace: '',
  },
];
