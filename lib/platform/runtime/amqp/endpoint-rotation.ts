/** Turns of several endpoints: a random one first, then each in turn; the one that works is kept. */
export class EndpointRotation<Endpoint> {
  readonly #endpoints: readonly Endpoint[];
  #current: number;

  /** @param random a number in [0, 1) */
  constructor(endpoints: readonly Endpoint[], random: number) {
    this.#endpoints = endpoints;
    this.#current = Math.floor(random * endpoints.length);
  }

  /** All endpoints, the one that is tried first leading. */
  round(): Endpoint[] {
    return [...this.#endpoints.slice(this.#current), ...this.#endpoints.slice(0, this.#current)];
  }

  /** The next round starts with this one. */
  keep(endpoint: Endpoint): void {
    this.#current = Math.max(0, this.#endpoints.indexOf(endpoint));
  }
}
