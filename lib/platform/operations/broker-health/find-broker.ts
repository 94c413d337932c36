import {
  DescribeBrokerCommand,
  DescribeBrokerEngineTypesCommand,
  type DescribeBrokerResponse,
  type MqClient,
  paginateListBrokers,
} from '@aws-sdk/client-mq';
import { OperatorError } from '../../config/operator-error.ts';

/** Which broker is meant: by name or id, or by the tags that every stack of this project gives to what it makes. */
export type BrokerQuery = { readonly broker: string } | { readonly application: string; readonly environment: string };

/** None, or more than one, of the account's brokers in this region is the one that is meant. */
export class BrokerNotFoundError extends OperatorError {
  override readonly name = 'BrokerNotFoundError';
  /** How many brokers are meant: none or several. */
  readonly found: number;

  constructor(message: string, found: number) {
    super(message);
    this.found = found;
  }
}

const meant = ({ BrokerName, BrokerId, Tags = {} }: DescribeBrokerResponse, query: BrokerQuery): boolean =>
  'broker' in query
    ? BrokerName === query.broker || BrokerId === query.broker
    : Tags.application === query.application && Tags.environment === query.environment;

const shown = (query: BrokerQuery): string =>
  'broker' in query
    ? `named ${query.broker}`
    : `tagged application=${query.application} environment=${query.environment}`;

/**
 * Describes the one broker that is meant. Only brokers of RabbitMQ count.
 * @throws BrokerNotFoundError naming the brokers that there are
 */
export const findBroker = async (client: MqClient, query: BrokerQuery): Promise<DescribeBrokerResponse> => {
  const described: DescribeBrokerResponse[] = [];
  for await (const { BrokerSummaries = [] } of paginateListBrokers({ client, pageSize: 100 }, {})) {
    for (const { BrokerId, EngineType } of BrokerSummaries)
      if (EngineType === 'RABBITMQ') described.push(await client.send(new DescribeBrokerCommand({ BrokerId })));
  }
  const [found, ...others] = described.filter((broker) => meant(broker, query));
  if (found === undefined || others.length > 0) {
    const names = (found ? [found, ...others] : described).map(({ BrokerName }) => BrokerName);
    const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`;
    throw new BrokerNotFoundError(
      found
        ? `${names.length} brokers are ${shown(query)}: ${names.join(', ')}; name one with --broker`
        : `no RabbitMQ broker is ${shown(query)} in region ${await client.config.region()}; ${there}`,
      found ? names.length : 0,
    );
  }
  return found;
};

/** Engine versions of RabbitMQ that Amazon MQ sells in the client's region. */
export const soldVersions = async (client: MqClient): Promise<readonly string[]> => {
  const versions: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeBrokerEngineTypesCommand({ EngineType: 'RABBITMQ', NextToken }));
    for (const { EngineVersions = [] } of page.BrokerEngineTypes ?? [])
      versions.push(...EngineVersions.flatMap(({ Name }) => (Name ? [Name] : [])));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return versions;
};
