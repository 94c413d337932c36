/** Takes an expression of DynamoDB's apart into words and signs. */
export class ExpressionReader {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #index = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/[#:]?[A-Za-z_][A-Za-z0-9_]*|<>|<=|>=|[=<>(),+-]|\S/g) ?? [];
  }

  get next(): string | undefined {
    return this.#tokens[this.#index];
  }

  take(): string {
    const token = this.#tokens[this.#index++];
    if (token === undefined) throw new SyntaxError(`the expression ends too early: ${this.#text}`);
    return token;
  }

  /** Takes it if it is the next, whatever its case. */
  accept(token: string): boolean {
    if (this.next?.toUpperCase() !== token.toUpperCase()) return false;
    this.#index += 1;
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) throw new SyntaxError(`expected ${token}, found ${this.next} in: ${this.#text}`);
  }

  end(): void {
    if (this.next !== undefined) throw new SyntaxError(`${this.next} is not expected in: ${this.#text}`);
  }
}
