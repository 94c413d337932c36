/** Modelled errors carry DynamoDB's namespace, those of the protocol the service framework's. */
const namespaces: Readonly<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate',
  UnknownOperationException: 'com.amazon.coral.service',
  SerializationException: 'com.amazon.coral.service',
  AccessDeniedException: 'com.amazon.coral.service',
  MissingAuthenticationTokenException: 'com.amazon.coral.service',
};

/** An error as DynamoDB answers it: `__type`, a message and, for some, further members. */
export class DynamoDbError extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, members: Readonly<Record<string, unknown>> = {}, status = 400) {
    super(message);
    this.name = code;
    this.status = status;
    const namespace = namespaces[code] ?? 'com.amazonaws.dynamodb.v20120810';
    this.body = { __type: `${namespace}#${code}`, message, ...members };
  }
}

/** For what DynamoDB can do and the local store cannot: refused, so that nobody relies on what does not happen. */
export const notEmulated = (what: string): DynamoDbError =>
  new DynamoDbError('ValidationException', `the local DynamoDB does not emulate ${what}; it works on AWS`);

/** Name without namespace of the error in a response body, if it is one. */
export const errorCode = (body: Readonly<Record<string, unknown>>): string | undefined =>
  typeof body.__type === 'string' ? body.__type.slice(body.__type.indexOf('#') + 1) : undefined;
