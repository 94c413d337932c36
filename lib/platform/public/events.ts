export type { EventDeclaration, Events } from '../declaration/event.ts';
export { event } from '../declaration/event.ts';
