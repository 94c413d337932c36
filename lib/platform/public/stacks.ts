export type { BrokerPublisher, ServiceConnections } from '../constructs/broker-publisher.ts';
export { nodeImage } from '../constructs/node-image.ts';
export type { AddStacks, Platform } from '../stacks/own-stacks.ts';
