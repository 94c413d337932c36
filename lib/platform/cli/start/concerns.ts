/**
 * Whether changes reach any of these files. A changed path may be a folder: then all that is below it may have changed.
 * @param files relative to the project; `undefined` where nobody knows, and any change counts
 */
export const concerns = (paths: ReadonlySet<string>, files: ReadonlySet<string> | undefined): boolean => {
  if (files === undefined) return true;
  for (const path of paths) if (files.has(path)) return true;
  return [...files].some((file) => ancestors(file).some((folder) => paths.has(folder)));
};

const ancestors = (file: string): string[] => {
  const parts = file.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
};
