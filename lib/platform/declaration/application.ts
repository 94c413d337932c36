import type { ConsumerSettings } from '../config/environment.ts';
import type { TableShape } from '../config/table-shapes.ts';
import type {
  BindingDeclaration,
  ConsumerDeclaration,
  ExchangeDeclaration,
  PublishDeclaration,
  PublisherDeclaration,
  TopologyDeclaration,
} from '../topology/declaration.ts';

/** What an application is: `lib/app.ts` says it. Where it runs is an `Environment`. */
export interface Application {
  /** First part of the names of all stacks. Two applications in one account need different ones. */
  readonly name: string;
  /** By name. */
  readonly exchanges: Readonly<Record<string, ExchangeDeclaration>>;
  /** Tables of the application's own, by name: a capital letter, then letters and digits. @default none */
  readonly tables?: Readonly<Record<string, TableDeclaration>>;
  /** By name, which is also the name of the queue and of the function's folder. */
  readonly consumers: Readonly<Record<string, ApplicationConsumer>>;
  /** Who publishes from outside of these stacks, by name, which is also the name of the broker user. @default nobody */
  readonly publishers?: Readonly<Record<string, PublisherDeclaration>>;
  /** Events that commit together with a function's writes; where the relay may publish them. @default no outbox */
  readonly outbox?: { readonly publishes: readonly PublishDeclaration[] };
  /** `POST /events/{type}`; the exchange to which events go. @default no HTTP API */
  readonly httpApi?: { readonly exchange: string };
  /** Objects on the broker beside these, word for word as it is to have them. */
  readonly additional?: TopologyDeclaration['additional'];
}

export interface ApplicationConsumer extends Omit<ConsumerDeclaration, 'bindings'> {
  /** Types of the events that it gets, by exchange; on a topic exchange also patterns with `*` and `#`. @default none */
  readonly on?: Readonly<Record<string, readonly string[]>>;
  /** What `on` cannot say, such as the arguments of a headers exchange. @default none */
  readonly bindings?: readonly BindingDeclaration[];
  /** What its function does with tables, by their names. @default nothing */
  readonly tables?: Readonly<Record<string, readonly TableAction[]>>;
  /** Environment variables of your own that its function gets, such as `WEBHOOK_URL`; each environment says their values. @default none */
  readonly variables?: readonly string[];
  /** Secrets of your own that its function may read, such as `WEBHOOK_KEY`; each environment says where they are. @default none */
  readonly secrets?: readonly string[];
  /** What it needs in every environment. An environment may set it differently again. @default the environment's settings for all consumers */
  readonly settings?: Partial<ConsumerSettings>;
}

/** A table of the application. */
export type TableDeclaration = TableShape;

/** Actions of DynamoDB on a table. Those within a transaction are `PutItem`, `UpdateItem`, `DeleteItem`, `ConditionCheckItem`, too. */
export type TableAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'Query'
  | 'Scan'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'BatchWriteItem'
  | 'ConditionCheckItem';

type Known<Used, Declared, What extends string> = {
  readonly [Name in keyof Used]: Name extends keyof Declared ? unknown : `${What} ${Name & string} is not declared`;
};

/** What the application names where it uses it must be what it declares. */
export interface Consistent<A extends Application> {
  readonly consumers: {
    readonly [Name in keyof A['consumers']]: {
      readonly on?: Known<A['consumers'][Name]['on'], A['exchanges'], 'exchange'>;
      readonly tables?: Known<A['consumers'][Name]['tables'], A['tables'], 'table'>;
    };
  };
  readonly httpApi?: { readonly exchange: keyof A['exchanges'] };
}

/** Keeps the names of an application in its type, so that a table or an exchange that is not declared is an error in the editor. */
export const application = <const A extends Application>(app: A & Consistent<A>): A => app;
