import type { StandardSchemaV1 } from '@standard-schema/spec';

/** An event that the application knows. Its type is its name in `functions/events.ts`. */
export interface EventDeclaration<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** Of the body: zod, valibot, arktype or any other Standard Schema. Consumers and the HTTP API check it. */
  readonly schema: Schema;
  /** A body that passes the schema. `npm start` and `npm run demo` publish it, and tests of consumers start from it. */
  readonly example: StandardSchemaV1.InferInput<Schema>;
}

/** By type, which is also the routing key. */
export type Events = Readonly<Record<string, EventDeclaration>>;

/**
 * Checks in the editor that the example is what the schema takes.
 *
 * @example
 * export const events = {
 *   'car.left': event({ schema: carLeft, example: { type: 'car.left', carId: 'car-1' } }),
 * };
 */
export const event = <Schema extends StandardSchemaV1>(declared: EventDeclaration<Schema>): EventDeclaration<Schema> =>
  declared;
