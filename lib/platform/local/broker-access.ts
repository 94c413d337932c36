/** Where AMQP clients on this machine find the broker. */
export interface BrokerAddress {
  readonly protocol: 'amqps' | 'amqp';
  readonly host: string;
  readonly port: number;
  /** CA to trust besides Node's own, PEM. */
  readonly ca?: string;
}

/** A broker that the local run uses: its own, or the user's. */
export interface BrokerAccess {
  readonly address: BrokerAddress;
  /** `amqps://host:port`. */
  readonly amqpUrl: string;
  /** `https://host:port`, console and management API. */
  readonly managementUrl: string;
  /** File with the CA to trust; absent where Node's own CAs do. */
  readonly caFile?: string;
  readonly version: string;
  readonly admin: { readonly username: string; readonly password: string };
}
