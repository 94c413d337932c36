/** Import declarations of a file that a command writes: one for each module, by what is imported from it, in the order given. */
export const importLines = (names: Readonly<Record<string, string>>): string =>
  Object.entries(names)
    .map(([module, imported]) => `import ${imported} from '${module}';`)
    .join('\n');
