import type { Binding, Topology } from '../../../../lib/platform/topology/model.ts';

/** Words of a topic binding key against those of a routing key: `*` is one word, `#` any number. */
export const topicMatches = (pattern: readonly string[], words: readonly string[]): boolean => {
  const [first, ...rest] = pattern;
  if (first === undefined) return words.length === 0;
  if (first === '#') return words.some((_, index) => topicMatches(rest, words.slice(index))) || topicMatches(rest, []);
  return words.length > 0 && (first === '*' || first === words[0]) && topicMatches(rest, words.slice(1));
};

const hashOf = (text: string): number => {
  let hash = 7;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  return hash >>> 0;
};

export interface Routed {
  readonly queues: readonly string[];
  /** The exchange does not exist. */
  readonly missing?: boolean;
}

/** Which queues a message reaches: exchanges and bindings of a topology, with exchanges bound to exchanges and alternate exchanges. */
export class Routing {
  readonly #types = new Map<string, string>();
  readonly #alternates = new Map<string, string>();
  readonly #hashed = new Map<string, (routingKey: string, messageId: string) => string>();
  readonly #bindings = new Map<string, (Binding & { readonly words: readonly string[] })[]>();
  readonly #queues: ReadonlySet<string>;
  readonly #known = new Map<string, Routed>();

  constructor({ exchanges, queues, bindings }: Pick<Topology, 'exchanges' | 'queues' | 'bindings'>) {
    this.#queues = new Set(queues.map(({ name }) => name));
    for (const {
      name,
      type,
      arguments: { 'alternate-exchange': alternate, 'hash-property': property } = {},
    } of exchanges) {
      this.#types.set(name, type);
      if (typeof alternate === 'string') this.#alternates.set(name, alternate);
      if (type === 'x-consistent-hash') this.#hashed.set(name, (key, id) => (property === 'message_id' ? id : key));
    }
    for (const binding of bindings) {
      const ofSource = this.#bindings.get(binding.source) ?? [];
      ofSource.push({ ...binding, words: (binding.routingKey ?? '').split('.') });
      this.#bindings.set(binding.source, ofSource);
    }
  }

  route(exchange: string, routingKey: string, messageId = ''): Routed {
    if (exchange === '') return { queues: this.#queues.has(routingKey) ? [routingKey] : [] };
    if (!this.#types.has(exchange)) return { queues: [], missing: true };
    const remembered = `${exchange}\n${routingKey}\n${this.#hashed.size > 0 ? messageId : ''}`;
    const known = this.#known.get(remembered);
    if (known) return known;
    const found = new Set<string>();
    this.#follow(exchange, routingKey, messageId, found, new Set());
    const routed = { queues: [...found] };
    this.#known.set(remembered, routed);
    return routed;
  }

  #follow(exchange: string, routingKey: string, messageId: string, found: Set<string>, visited: Set<string>): void {
    if (visited.has(exchange)) return;
    visited.add(exchange);
    const matching = this.#matching(exchange, routingKey, messageId);
    for (const { destination, destinationType } of matching) {
      if (destinationType === 'exchange') this.#follow(destination, routingKey, messageId, found, visited);
      else found.add(destination);
    }
    const alternate = this.#alternates.get(exchange);
    if (matching.length === 0 && alternate !== undefined)
      this.#follow(alternate, routingKey, messageId, found, visited);
  }

  #matching(exchange: string, routingKey: string, messageId: string): readonly Binding[] {
    const bindings = this.#bindings.get(exchange) ?? [];
    switch (this.#types.get(exchange)) {
      case 'fanout':
        return bindings;
      case 'topic': {
        const words = routingKey.split('.');
        return bindings.filter((binding) => topicMatches(binding.words, words));
      }
      case 'x-consistent-hash': {
        const value = this.#hashed.get(exchange)?.(routingKey, messageId) ?? routingKey;
        const chosen = bindings[hashOf(value) % Math.max(1, bindings.length)];
        return chosen ? [chosen] : [];
      }
      default:
        return bindings.filter((binding) => (binding.routingKey ?? '') === routingKey);
    }
  }
}
