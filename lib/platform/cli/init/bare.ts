import { posix } from 'node:path';
import type { Change } from '../source/changes.ts';
import { type Edit, edited, removeMember, removeStatement } from '../source/edit.ts';
import { Refusal } from '../source/refusal.ts';
import { memberNamed, namesIn, objectAt, objectIn, parseSource, type Source } from '../source/source.ts';
import { samples } from './samples.ts';
import { changed, type Texts, textOf } from './texts.ts';

/**
 * What it takes to be rid of the sample domain. The application that remains is valid, with an exchange and a publisher, and without a consumer.
 *
 * @throws Refusal where a file that stays needs what would go
 */
export const bare = (texts: Texts): Change[] => {
  const isSample = (path: string): boolean =>
    samples.files.some((sample) => (sample.endsWith('/') ? path.startsWith(sample) : path === sample));
  const changes: Change[] = [
    withoutConsumers(parseSource('lib/app.ts', textOf(texts, 'lib/app.ts'))),
    withoutEvents(parseSource('functions/events.ts', textOf(texts, 'functions/events.ts'))),
    withoutEffects(parseSource('functions/effects.ts', textOf(texts, 'functions/effects.ts'))),
    ...Object.keys(texts)
      .filter(isSample)
      .map((path) => ({ path, what: 'removed' })),
  ].filter((change) => !('text' in change) || change.text !== texts[change.path]);
  refuseMissing(changed(texts, changes));
  return changes;
};

const withoutConsumers = (source: Source): Change => {
  const consumers = objectAt(source, 'app', 'consumers');
  const tables = memberNamed(objectAt(source, 'app'), 'tables') && objectAt(source, 'app', 'tables');
  const kept = consumers.members.filter(({ name }) => !samples.consumers.some((sample) => sample === name));
  const stillUsed = kept.flatMap(({ value }) => {
    const consumer = objectIn(source, value);
    const used = consumer && objectIn(source, memberNamed(consumer, 'tables')?.value);
    return used ? namesIn(used) : [];
  });
  const text = edited(source.text, [
    ...samples.consumers.flatMap((name) => removeMember(source, consumers, name)),
    ...samples.tables
      .filter((name) => !stillUsed.includes(name))
      .flatMap((name) => (tables ? removeMember(source, tables, name) : [])),
  ]);
  return { path: source.path, text, what: 'without the sample consumers and their tables' };
};

const withoutEvents = (source: Source): Change => {
  const isSample = (name: string): boolean => samples.statements.some((sample) => sample === name);
  const statements = source.statements.filter(({ names, from }) => from === undefined && names.some(isSample));
  const events = objectAt(source, 'events');
  const text = edited(source.text, [
    ...statements.map((statement) => removeStatement(source, statement)),
    ...samples.events.flatMap((type) => removeMember(source, events, type)),
  ]);
  const path = source.path;
  return { path, text: withoutUnusedImports(parseSource(path, text)), what: 'without the sample events' };
};

/** Of an import whose names stand nowhere else in the file. */
const withoutUnusedImports = (source: Source): string => {
  const isImport = (from: string | undefined): boolean => from !== undefined;
  const rest = edited(
    source.text,
    source.statements.filter(({ from }) => isImport(from)).map(({ start, end }): Edit => ({ start, end, text: '' })),
  );
  const unused = source.statements.filter(
    ({ from, names }) => isImport(from) && names.every((name) => !new RegExp(`\\b${name}[.(]`).test(rest)),
  );
  return edited(
    source.text,
    unused.map((statement) => removeStatement(source, statement)),
  ).trimStart();
};

const withoutEffects = (source: Source): Change => {
  const effects = objectAt(source, 'effects');
  const text = edited(
    source.text,
    samples.consumers.flatMap((name) => removeMember(source, effects, name)),
  );
  return { path: source.path, text, what: 'without the effects of the sample consumers' };
};

/** @throws Refusal for an import of what is not there */
const refuseMissing = (texts: Texts): void => {
  const declared = parseSource('functions/events.ts', textOf(texts, 'functions/events.ts')).statements;
  const known = new Set(declared.flatMap(({ names }) => names));
  const problems = Object.keys(texts)
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => importsOf(path, textOf(texts, path)))
    .flatMap(({ path, target, names }) => {
      if (!/^(test\/)?functions\//.test(target)) return [];
      if (texts[target] === undefined) return [`${path} imports ${target}`];
      const gone = target === 'functions/events.ts' ? names.filter((name) => !known.has(name)) : [];
      return gone.length > 0 ? [`${path} imports ${gone.join(', ')} of ${target}`] : [];
    });
  if (problems.length > 0)
    throw new Refusal(`files of yours need the samples; make them do without first:\n  ${problems.join('\n  ')}`);
};

const importsOf = (path: string, text: string) =>
  parseSource(path, text).statements.flatMap(({ item }) =>
    item.type === 'ImportDeclaration' && item.source.value.startsWith('.')
      ? [
          {
            path,
            target: posix.join(posix.dirname(path), item.source.value),
            names: item.specifiers.map((each) =>
              each.type === 'ImportSpecifier' ? (each.imported?.value ?? each.local.value) : each.local.value,
            ),
          },
        ]
      : [],
  );
