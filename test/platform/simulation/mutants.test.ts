import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mutants } from './mutants.ts';

describe('defects to be planted', () => {
  it.each(mutants)('have their place in the sources, once: $name', ({ file, find }) => {
    const source = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    expect(source.split(find)).toHaveLength(2);
  });

  it('have names of their own', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });
});
