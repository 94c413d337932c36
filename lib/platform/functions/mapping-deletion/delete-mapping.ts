/** The mappings of Lambda, as far as deleting one goes. */
export interface Mappings {
  /** `busy` while Lambda is changing it and takes no deletion. */
  delete(id: string): Promise<'deleting' | 'busy' | 'gone'>;
  exists(id: string): Promise<boolean>;
}

export interface MappingDeletion {
  readonly mappings: Mappings;
  /** Ids of the network interfaces that Lambda made for the mapping. */
  readonly interfaces: (mappingId: string) => Promise<readonly string[]>;
  /** Between two looks; rejects when the time is up. */
  readonly wait: () => Promise<void>;
  readonly report: (progress: string) => void;
}

/** Resolves when neither the mapping nor any of its network interfaces is there, whoever deleted them. Rejects with what `wait` rejects. */
export const deleteMapping = async (
  id: string,
  { mappings, interfaces, wait, report }: MappingDeletion,
): Promise<void> => {
  for (let state = await mappings.delete(id); state === 'busy'; state = await mappings.delete(id)) {
    report('the mapping is being changed and takes no deletion yet');
    await wait();
  }
  while (await mappings.exists(id)) {
    report('the mapping is being deleted');
    await wait();
  }
  for (let left = await interfaces(id); left.length > 0; left = await interfaces(id)) {
    report(`network interfaces of the mapping that are still there: ${left.join(', ')}`);
    await wait();
  }
  report('the mapping and its network interfaces are gone');
};
