/** One action on one resource: what IAM decides about. A request may need several. */
export interface RequiredPermission {
  readonly action: string;
  readonly resource: string;
}

/** Where the tables are. */
export interface AccountLocation {
  readonly region: string;
  readonly accountId: string;
}

type Input = Readonly<Record<string, unknown>>;

const transactionActions: Readonly<Record<string, string>> = {
  Put: 'dynamodb:PutItem',
  Update: 'dynamodb:UpdateItem',
  Delete: 'dynamodb:DeleteItem',
  ConditionCheck: 'dynamodb:ConditionCheckItem',
  Get: 'dynamodb:GetItem',
};

const record = (value: unknown): Input => (typeof value === 'object' && value !== null ? (value as Input) : {});

/**
 * The permissions that a DynamoDB request needs, without repetition. A transaction needs those of its items; there is
 * no `dynamodb:TransactWriteItems`. A query on an index needs the index, not the table.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export const dynamoDbPermissions = (operation: string, input: Input, where: AccountLocation): RequiredPermission[] => {
  const tableArn = (name: unknown): string => `arn:aws:dynamodb:${where.region}:${where.accountId}:table/${name}`;
  switch (operation) {
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(record(input.RequestItems)).map((table) => ({
        action: `dynamodb:${operation}`,
        resource: tableArn(table),
      }));
    case 'TransactGetItems':
    case 'TransactWriteItems': {
      const permissions = new Map<string, RequiredPermission>();
      for (const item of Array.isArray(input.TransactItems) ? input.TransactItems : [])
        for (const [kind, parameters] of Object.entries(record(item))) {
          const action = transactionActions[kind] ?? `dynamodb:${kind}`;
          const resource = tableArn(record(parameters).TableName);
          permissions.set(`${action} ${resource}`, { action, resource });
        }
      return [...permissions.values()];
    }
    case 'Query':
    case 'Scan': {
      const table = tableArn(input.TableName);
      const resource = input.IndexName ? `${table}/index/${input.IndexName}` : table;
      return [{ action: `dynamodb:${operation}`, resource }];
    }
    case 'ListTables':
      return [{ action: 'dynamodb:ListTables', resource: '*' }];
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsOfResource':
      return [{ action: `dynamodb:${operation}`, resource: String(input.ResourceArn) }];
    default:
      return [{ action: `dynamodb:${operation}`, resource: tableArn(input.TableName) }];
  }
};
