import type { MappingStatus } from './mapping-control.ts';

/**
 * Event source mappings that a circuit switched off, by id, with the moment of their last change as it was seen once they were `Disabled`; none until
 * then. A mapping that was changed after that is somebody else's: a person disabled it in the console, or Lambda for an error.
 */
export type HeldMappings = Readonly<Record<string, { readonly lastModified?: number }>>;

/** Those that are held, and those that now have to be. A mapping that is `Disabled` already is not: who disabled it wanted it so. */
export const hold = (held: HeldMappings, mappings: readonly MappingStatus[]): HeldMappings => ({
  ...held,
  ...Object.fromEntries(mappings.filter(({ state }) => state === 'Enabled').map(({ id }) => [id, {}])),
});

/** All that do not read, whoever switched them off. */
export const holdAll = (mappings: readonly MappingStatus[]): HeldMappings =>
  Object.fromEntries(
    mappings
      .filter(({ state }) => state !== 'Enabled')
      .map(({ id, state, lastModified }) => [id, state === 'Disabled' ? { lastModified } : {}]),
  );

/** Those that still are as they were left, and do not read yet. */
export const stillHeld = (held: HeldMappings, mappings: readonly MappingStatus[]): HeldMappings =>
  Object.fromEntries(
    mappings.flatMap((mapping) => {
      const known = Object.hasOwn(held, mapping.id) ? held[mapping.id] : undefined;
      if (!known || mapping.state === 'Enabled') return [];
      // On its way. What it comes to is seen at the next look.
      if (mapping.state !== 'Disabled') return [[mapping.id, known]];
      const { lastModified } = mapping;
      if (known.lastModified === undefined) return disabledByLambda(mapping) ? [] : [[mapping.id, { lastModified }]];
      return known.lastModified === lastModified ? [[mapping.id, known]] : [];
    }),
  );

/** Those that are held, without these. */
export const letGo = (held: HeldMappings, ids: readonly string[]): HeldMappings =>
  Object.fromEntries(Object.entries(held).filter(([id]) => !ids.includes(id)));

/** Whether nobody has seen yet that one of them is `Disabled`. */
export const isUnderWay = (held: HeldMappings): boolean =>
  Object.values(held).some(({ lastModified }) => lastModified === undefined);

/** Those that are held, with the moment of the last change of those that are `Disabled` by now. */
export const arrived = (held: HeldMappings, mappings: readonly MappingStatus[]): HeldMappings => {
  const disabled = mappings.filter(({ state }) => state === 'Disabled');
  return {
    ...letGo(
      held,
      disabled.map(({ id }) => id),
    ),
    ...stillHeld(held, disabled),
  };
};

/** Its codes are `ESM_CONFIG_NOT_VALID`, `EVENT_SOURCE_AUTHN_ERROR` and their like. https://docs.aws.amazon.com/lambda/latest/dg/services-mq-errors.html */
const disabledByLambda = ({ reason = '' }: MappingStatus): boolean => /_(ERROR|NOT_VALID)$/.test(reason);
