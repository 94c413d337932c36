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
 * Counts who may connect to the broker: mappings, and every function in the broker's group of clients, whoever adds it. Synthesis fails when they may be
 * more than the broker takes: the next one would be refused at the worst moment, under load.
 */
export class ConnectionBudget extends Construct {
  private readonly bounded = new Map<IConstruct, number>();
  private readonly mappings: ConnectionUse[] = [];
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
    ];
  }
}
