import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct, type IConstruct } from 'constructs';
import type { BrokerSettings } from '../config/broker-settings.ts';
import { budgetProblems, type ConnectionUse, connectionLimit, describeBudget } from '../config/connection-budget.ts';
import { VpcFunction } from './vpc-function.ts';

export interface ConnectionBudgetProps {
  readonly settings: BrokerSettings;
  /** Security group of whoever may open connections. */
  readonly clients: ISecurityGroup;
}

/**
 * Counts who may connect to the broker: mappings, every function in the broker's group of clients, whoever adds it, and publishers outside of Lambda. Synthesis fails when they may be
 * more than the broker takes: the next one would be refused at the worst moment, under load.
 */
export class ConnectionBudget extends Construct {
  private readonly bounded = new Map<IConstruct, number>();
  private readonly mappings: ConnectionUse[] = [];
  /** By name: what stacks say that they run of them. */
  private readonly publishers = new Map<string, ConnectionUse[]>();
  private readonly props: ConnectionBudgetProps;

  constructor(scope: Construct, id: string, props: ConnectionBudgetProps) {
    super(scope, id);
    this.props = props;
    this.node.addValidation({ validate: () => [...budgetProblems(this.uses(), connectionLimit(props.settings))] });
  }

  /** A mapping has a connection, and one execution environment of its function, which has another. */
  addMapping(queue: string, target: VpcFunction): void {
    this.mappings.push({ name: `mapping of ${queue}`, connections: 1 });
    this.bounded.set(target, (this.bounded.get(target) ?? 0) + 1);
  }

  /** Somebody may publish from outside of Lambda, with as many connections as `addConnections` says, or nobody knows how many. */
  addPublisher(publisher: string): void {
    this.publishers.set(publisher, []);
  }

  /** @param place where a publisher runs, such as the path of a service */
  addConnections(publisher: string, place: string, connections: number): void {
    this.publishers.get(publisher)?.push({ name: `publisher ${publisher} in ${place}`, connections });
  }

  /** One line for people: `8 of 100 connections: …`. Complete when everything is constructed. */
  describe(): string {
    return describeBudget(this.uses(), connectionLimit(this.props.settings));
  }

  private uses(): readonly ConnectionUse[] {
    const functions = this.node.root.node
      .findAll()
      .filter((each): each is VpcFunction => each instanceof VpcFunction && each.securityGroup === this.props.clients);
    return [
      ...this.mappings,
      ...functions.map((each) => ({
        name: `function ${each.service}`,
        connections: this.bounded.get(each) ?? each.reservedConcurrency,
      })),
      ...[...this.publishers].flatMap(([name, uses]) => (uses.length > 0 ? uses : [{ name: `publisher ${name}` }])),
    ];
  }
}
