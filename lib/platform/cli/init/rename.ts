import type { Change } from '../source/changes.ts';
import { edited } from '../source/edit.ts';
import { Refusal } from '../source/refusal.ts';
import { memberNamed, objectAt, parseSource } from '../source/source.ts';
import { type Texts, textOf } from './texts.ts';

/** Name of the package before anybody has made it theirs. */
export const templateName = 'rabbitmq-lambda-template';

/** First part of its stacks' names. Documentation that comes with a newer template has it again. */
const templateStacks = 'events';

/** `<name>-<environment>-processing` and the like: CloudFormation takes 128 characters, functions' names 64. */
const longestName = 30;

/** @throws Refusal with the rule */
export const checkName = (name: string): void => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > longestName)
    throw new Refusal(
      `'${name}' is no name of a project: it takes lowercase letters and digits with single hyphens between them, a letter first, ${longestName} characters at most, such as parking`,
    );
};

/**
 * What it takes to give the project a name: the package's, the first part of the stacks' names, the title of README.md. The first time, version and
 * changelog begin anew.
 */
export const rename = (texts: Texts, name: string): Change[] => {
  const { name: before, version } = JSON.parse(textOf(texts, 'package.json')) as { name: string; version: string };
  const isFirst = before === templateName;
  const changes = [
    packageChange(texts, name, isFirst),
    lockChange(texts, name, isFirst),
    ...stackChanges(texts, name),
    titleChange(texts, name),
    ...(isFirst && before !== name ? [changelogChange(before, version)] : []),
  ];
  return changes.filter((change) => change.text !== texts[change.path]);
};

const firstVersion = '0.1.0';

const packageChange = (texts: Texts, name: string, isFirst: boolean): Change => {
  const parsed = JSON.parse(textOf(texts, 'package.json'));
  return {
    path: 'package.json',
    text: json({ ...parsed, name, version: isFirst ? firstVersion : parsed.version }),
    what: `name ${name}`,
  };
};

const lockChange = (texts: Texts, name: string, isFirst: boolean): Change => {
  const parsed = JSON.parse(textOf(texts, 'package-lock.json'));
  const version = isFirst ? firstVersion : parsed.version;
  const packages = { ...parsed.packages, '': { ...parsed.packages[''], name, version } };
  return { path: 'package-lock.json', text: json({ ...parsed, name, version, packages }), what: `name ${name}` };
};

/** lib/app.ts, and the documentation where it shows names of stacks. */
const stackChanges = (texts: Texts, name: string): Change[] => {
  const path = 'lib/app.ts';
  const source = parseSource(path, textOf(texts, path));
  const value = memberNamed(objectAt(source, 'app'), 'name')?.value;
  if (value?.type !== 'StringLiteral') throw new Refusal(`${path}: the name is not written out there: set it by hand`);
  const { value: before, span } = value;
  const edit = { start: source.indexOf(span.start), end: source.indexOf(span.end), text: `'${name}'` };
  const stacks = new RegExp(
    `\\b(?:${before}|${templateStacks})-(?=(dev|staging|prod|local)-(network|broker|processing|monitoring)\\b)`,
    'g',
  );
  const pages = Object.entries(texts)
    .filter(([page]) => /^docs\/.*\.md$/.test(page))
    .map(([page, shown]) => ({ path: page, text: shown.replaceAll(stacks, `${name}-`), what: 'names of stacks' }));
  return [
    { path, text: edited(source.text, [edit]), what: `name '${name}', the first part of the stacks' names` },
    ...pages.filter((page) => page.text !== texts[page.path]),
  ];
};

const titleChange = (texts: Texts, name: string): Change => ({
  path: 'README.md',
  text: textOf(texts, 'README.md').replace(/^# .*$/m, () => `# ${name}`),
  what: `title ${name}`,
});

const changelogChange = (template: string, version: string): Change => ({
  path: 'CHANGELOG.md',
  text: `# Changelog\n\nAn entry says what a user notices.\n\n## Unreleased\n\n- Made from ${template} ${version}.\n`,
  what: 'starts over',
});

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
