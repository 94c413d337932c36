import { randomBytes } from 'node:crypto';
import { account, partition } from '../assembly/pseudo-parameters.ts';
import { UnsupportedError } from '../assembly/template.ts';
import { authorize, type Decision } from '../iam/authorize.ts';
import type { PolicyStatement } from '../iam/policy-statement.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  readonly statements: PolicyStatement[];
}

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Who may do what: the template's roles, and a made-up access key for each function by which the endpoints know its role. */
export class Principals {
  /** Keys of the local run itself, and of whoever sits at this machine; another secret in every run. */
  readonly operator: AccessKeys = {
    accessKeyId: 'LOCALOPERATOR',
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  readonly #roles = new Map<string, Role>();
  readonly #managed = new Map<string, readonly PolicyStatement[]>();
  readonly #keys = new Map<string, { readonly role: Role; readonly session: string; readonly secret: string }>();

  addRole(name: string, arn: string): Role {
    const role = { name, arn, statements: [] };
    this.#roles.set(name, role);
    return role;
  }

  /** @throws UnsupportedError for a role that is not in the assembly */
  role(nameOrArn: string): Role {
    const role = this.#roles.get(nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1));
    if (!role) throw new UnsupportedError(`role ${nameOrArn} is in no template of this assembly`);
    return role;
  }

  deleteRole({ name }: Role): void {
    this.#roles.delete(name);
  }

  addManagedPolicy(arn: string, statements: readonly PolicyStatement[]): void {
    this.#managed.set(arn, statements);
  }

  managedPolicy(arn: string): readonly PolicyStatement[] | undefined {
    return this.#managed.get(arn);
  }

  /** Keys with which a function acts in its role. */
  issueKeys(role: Role, functionName: string): AccessKeys {
    const accessKeyId = `LOCAL${String(this.#keys.size + 1).padStart(15, '0')}`;
    const secret = randomBytes(20).toString('hex');
    this.#keys.set(accessKeyId, { role, session: functionName, secret });
    return { accessKeyId, secretAccessKey: secret };
  }

  /** Secret of a key of ours; `undefined` for any other key. */
  secretOf(accessKeyId: string): string | undefined {
    return accessKeyId === this.operator.accessKeyId
      ? this.operator.secretAccessKey
      : this.#keys.get(accessKeyId)?.secret;
  }

  /** Who has this key: a function in its role, else the user of this machine. */
  arnOf(accessKeyId: string): string {
    const holder = this.#keys.get(accessKeyId);
    return holder
      ? `arn:${partition}:sts::${account}:assumed-role/${holder.role.name}/${holder.session}`
      : `arn:${partition}:iam::${account}:user/operator`;
  }

  /**
   * Evaluates the policies of the function that has this key. A key that was issued to no function belongs to a tool of
   * whoever sits at this machine, and may do everything; a request without a key may do nothing, as on AWS.
   */
  authorize(accessKeyId: string | undefined, action: string, resource: string): Decision {
    if (accessKeyId === undefined)
      return { allowed: false, code: 'AccessDeniedException', message: `${action} needs a signed request` };
    const holder = this.#keys.get(accessKeyId);
    if (!holder) return { allowed: true };
    return authorize(holder.role.statements, action, resource, { principal: this.arnOf(accessKeyId) });
  }
}
