import { describe, expect, it } from '@jest/globals';
import {
  addBefore,
  addMember,
  edited,
  removeMember,
  removeStatement,
} from '../../../../lib/platform/cli/source/edit.ts';
import { Refusal } from '../../../../lib/platform/cli/source/refusal.ts';
import { objectAt, parseSource, type Source } from '../../../../lib/platform/cli/source/source.ts';

const sourceOf = (text: string): Source => parseSource('lib/app.ts', text);
const added = (text: string, member: string): string => {
  const source = sourceOf(text);
  return edited(text, addMember(source, objectAt(source, 'app'), member));
};
const removed = (text: string, ...names: string[]): string => {
  const source = sourceOf(text);
  return edited(
    text,
    names.flatMap((name) => removeMember(source, objectAt(source, 'app'), name)),
  );
};

describe('a member that is added to an object', () => {
  it.each([
    ['none there', 'const app = {};', 'const app = {\nb: 2,\n};'],
    ['a comma behind the last', 'const app = {\n  a: 1,\n};', 'const app = {\n  a: 1,\nb: 2,\n};'],
    ['no comma behind the last', 'const app = {\n  a: 1\n};', 'const app = {\n  a: 1,\nb: 2,\n};'],
    [
      'comments behind the last, one of them with a comma',
      'const app = {\n  a: 1, // one, as ever\n  // more\n};',
      'const app = {\n  a: 1, // one, as ever\n  // more\nb: 2,\n};',
    ],
    ['a comment and no comma', 'const app = {\n  a: 1 /* , */\n};', 'const app = {\n  a: 1, /* , */\nb: 2,\n};'],
    ['a comment and no member', 'const app = {\n  // none yet\n};', 'const app = {\n  // none yet\n\nb: 2,\n};'],
    ['a call', "const app = application({ a: '}' });", "const app = application({ a: '}', b: 2,\n});"],
    ['umlauts before it', "// Größe 🐇\nconst app = { ä: 'ö' };", "// Größe 🐇\nconst app = { ä: 'ö', b: 2,\n};"],
    ['what is spread', 'const app = { ...more } as const;', 'const app = { ...more, b: 2,\n} as const;'],
  ])('stands at its end: %s', (_, before, after) => {
    expect(added(before, 'b: 2')).toBe(after);
  });

  it('is refused where the object is not written out, with its name', () => {
    expect(() => added('const app = other;', 'b: 2')).toThrow(
      new Refusal(
        "lib/app.ts: app is not an object that is written out there ({ … }), so it can't be edited by this command: do it by hand",
      ),
    );
    expect(() => objectAt(sourceOf('const app = { consumers };'), 'app', 'consumers')).toThrow('app.consumers is not');
  });

  it('is refused in a file that cannot be parsed', () => {
    expect(() => sourceOf('const app = {')).toThrow('lib/app.ts is not TypeScript that can be parsed');
  });
});

describe('a member that is removed', () => {
  const text = `const app = {
  /** The first. */
  a: 1, // one
  // about b
  b: { c: 2 },

  c: 3, // three
};`;

  it('goes with its comments and leaves those of others', () => {
    expect(removed(text, 'a')).toBe('const app = {\n  // about b\n  b: { c: 2 },\n\n  c: 3, // three\n};');
    expect(removed(text, 'b')).toBe('const app = {\n  /** The first. */\n  a: 1, // one\n\n  c: 3, // three\n};');
    expect(removed(text, 'c')).toBe(
      'const app = {\n  /** The first. */\n  a: 1, // one\n  // about b\n  b: { c: 2 },\n};',
    );
    expect(removed(text, 'a', 'b', 'c')).toBe('const app = {\n};');
  });

  it('may be absent', () => {
    expect(removed(text, 'd')).toBe(text);
  });
});

describe('a statement', () => {
  const text =
    "import a from 'a'; // first\n\n/** About b. */\nexport const b = 1;\n\n/** About C. */\nexport type C = 1;\n";
  const source = sourceOf(text);
  const named = (name: string) => source.statements.filter(({ names }) => names.includes(name));

  it('is added before another and its comment', () => {
    const edits = named('b').map((statement) => addBefore(source, statement, 'const x = 1;'));
    expect(edited(text, edits)).toBe(text.replace('\n\n/** About b', '\n\nconst x = 1;\n\n\n/** About b'));
  });

  it('is removed with its comment', () => {
    const edits = named('b').map((statement) => removeStatement(source, statement));
    expect(edited(text, edits)).toBe("import a from 'a'; // first\n\n/** About C. */\nexport type C = 1;\n");
  });
});
