export type { Application, ApplicationConsumer, TableAction, TableDeclaration } from '../declaration/application.ts';
export { application } from '../declaration/application.ts';
export type {
  BindingDeclaration,
  ExchangeDeclaration,
  PublishDeclaration,
  PublisherDeclaration,
  ShardsDeclaration,
} from '../topology/declaration.ts';
