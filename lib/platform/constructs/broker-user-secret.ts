import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { dataRemovalPolicy } from './data-removal-policy.ts';

export interface BrokerUserSecretProps {
  /** Name of the broker user. */
  readonly username: string;
  /** What the user is for, in a few words. */
  readonly purpose: string;
  /** The secret survives the deletion of its stack. */
  readonly retain: boolean;
}

/**
 * `{"username","password"}` of one broker user. Secrets Manager makes up the password; it is in no template. Letters and digits only:
 * Amazon MQ refuses `,`, `:` and `=` in it, and none of them needs escaping in a URL.
 */
export class BrokerUserSecret extends Secret {
  readonly username: string;

  constructor(scope: Construct, id: string, { username, purpose, retain }: BrokerUserSecretProps) {
    super(scope, id, {
      description: `RabbitMQ user ${username}: ${purpose}`,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
      },
      removalPolicy: dataRemovalPolicy(retain),
    });
    this.username = username;
  }
}
