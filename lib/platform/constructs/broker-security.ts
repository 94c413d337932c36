import { CfnSecurityGroupIngress, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { NetworkAccess } from './network.ts';

/** AMQP over TLS, the only protocol port that is open. */
export const amqpsPort = 5671;
const httpsPort = 443;

/**
 * Who may open a connection to the broker, and to where else those may. Functions share a group each for their purpose, so that Lambda
 * needs one network interface per subnet for all of them.
 */
export class BrokerSecurity extends Construct {
  /** The broker's own, and that of the network interfaces with which Lambda's mappings read from it. */
  readonly broker: SecurityGroup;
  /** Publishes and consumes: AMQPS to the broker, HTTPS to AWS and to others. */
  readonly clients: SecurityGroup;
  /** Declares the topology: the broker's management API, HTTPS to AWS. */
  readonly management: SecurityGroup;

  constructor(scope: Construct, id: string, { vpc, endpoints }: NetworkAccess) {
    super(scope, id);
    const group = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });
    this.broker = group('Broker', 'RabbitMQ broker and the mappings that read from it');
    this.clients = group('Clients', 'Functions that publish to the broker');
    this.management = group('Management', 'Functions that use the management API of the broker');

    // A mapping reads through interfaces in the broker's own security group (AWS: "Using Lambda with Amazon MQ", network).
    this.broker.addIngressRule(this.broker, Port.tcp(amqpsPort), 'AMQPS from event source mappings');
    this.broker.addEgressRule(this.broker, Port.tcp(amqpsPort), 'AMQPS of event source mappings');
    this.broker.addEgressRule(Peer.anyIpv4(), Port.tcp(httpsPort), 'Mappings call Lambda, STS and Secrets Manager');

    this.broker.addIngressRule(this.clients, Port.tcp(amqpsPort), 'AMQPS from functions');
    this.clients.addEgressRule(this.broker, Port.tcp(amqpsPort), 'AMQPS to the broker');
    this.clients.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(httpsPort),
      'HTTPS to AWS and to the services that functions use',
    );

    this.broker.addIngressRule(this.management, Port.tcp(httpsPort), 'Management API from platform functions');
    this.management.addEgressRule(Peer.anyIpv4(), Port.tcp(httpsPort), 'Management API, AWS');

    for (const [name, { securityGroupId }] of Object.entries({
      broker: this.broker,
      clients: this.clients,
      management: this.management,
    })) {
      if (endpoints === undefined) break;
      // Here and not in the network's stack, which knows nothing of brokers.
      new CfnSecurityGroupIngress(this, `Endpoints from ${name}`, {
        groupId: endpoints.securityGroupId,
        sourceSecurityGroupId: securityGroupId,
        ipProtocol: 'tcp',
        fromPort: httpsPort,
        toPort: httpsPort,
        description: `AWS services, from ${name}`,
      });
    }
  }
}
