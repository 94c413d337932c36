import { AssemblyError } from './template.ts';

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/**
 * `Fn::Cidr` for IPv4: cuts a block into smaller ones.
 * @param bits host bits of each block: 8 gives /24
 */
export const cidrBlocks = (block: string, count: number, bits: number): string[] => {
  const [, address, prefix] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(block) ?? [];
  if (!address || !prefix) throw new AssemblyError(`Fn::Cidr of ${block}: only IPv4 blocks are supported here`);
  if (count * 2 ** bits > 2 ** (32 - Number(prefix)))
    throw new AssemblyError(`Fn::Cidr: ${count} blocks of ${2 ** bits} addresses do not fit into ${block}`);
  return Array.from(
    { length: count },
    (_, index) => `${toAddress(toNumber(address) + index * 2 ** bits)}/${32 - bits}`,
  );
};
