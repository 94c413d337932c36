import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const { makeRunnable, relocateScript, shellQuote, wrapperScript } = (await import(
  '../../../../lib/platform/cli/setup/runnable.js' as string
)) as {
  makeRunnable(folder: string, finalFolder: string): void;
  relocateScript(script: string, erlangRoot: string): string;
  shellQuote(text: string): string;
  wrapperScript(paths: { loader: string; libraries: string[]; program: string }): string;
};

const scratch = mkdtempSync(join(tmpdir(), 'runnable-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describe('an unpacked tree of packages', () => {
  it('gets start scripts that know their folder, wrappers around programs, and a bin folder', () => {
    const folder = join(scratch, "a folder's name");
    const erlang = join(folder, 'root/usr/lib/erlang');
    const libraries = join(folder, 'root/usr/lib/x86_64-linux-gnu');
    for (const path of [
      join(erlang, 'bin'),
      join(erlang, 'erts-15.2.7/bin'),
      join(erlang, 'lib/os_mon-2.10/priv/bin'),
      libraries,
    ]) {
      mkdirSync(path, { recursive: true });
    }
    // The loader is played by a shell script that says how it was called.
    writeFileSync(join(libraries, 'ld-linux-x86-64.so.2'), '#!/bin/sh\nfor a in "$@"; do echo "$a"; done\n');
    chmodSync(join(libraries, 'ld-linux-x86-64.so.2'), 0o755);
    writeFileSync(join(erlang, 'bin/erl'), '#!/bin/sh\nROOTDIR=/usr/lib/erlang\necho "$ROOTDIR"\n');
    chmodSync(join(erlang, 'bin/erl'), 0o755);
    for (const program of ['bin/escript', 'erts-15.2.7/bin/epmd', 'lib/os_mon-2.10/priv/bin/memsup']) {
      writeFileSync(join(erlang, program), '\u007fELF and more');
    }

    makeRunnable(folder, folder);

    expect(execFileSync(join(folder, 'bin/erl'), { encoding: 'utf8' })).toBe(`${erlang}\n`);
    expect(execFileSync(join(folder, 'bin/epmd'), ['-port', '1 2'], { encoding: 'utf8' }).split('\n')).toEqual([
      '--library-path',
      libraries,
      '--argv0',
      join(folder, 'bin/epmd'),
      join(erlang, 'erts-15.2.7/bin/epmd.elf'),
      '-port',
      '1 2',
      '',
    ]);
    expect(readFileSync(join(erlang, 'lib/os_mon-2.10/priv/bin/memsup.elf'), 'utf8')).toContain('ELF');
  });

  it('without a dynamic loader is refused by name', () => {
    const folder = join(scratch, 'empty');
    mkdirSync(join(folder, 'root/usr/lib/erlang/erts-1/bin'), { recursive: true });
    expect(() => makeRunnable(folder, folder)).toThrow(`no dynamic loader (ld-linux*.so) in ${folder}/root`);
  });
});

describe('the shell text', () => {
  it('survives quotes and blanks in paths', () => {
    const text = "it's $HOME `x` \\";
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellQuote(text)}`], { encoding: 'utf8' })).toBe(text);
  });

  it('changes the folder only where a start script sets it', () => {
    const script = 'ROOTDIR=$1\n    ROOTDIR=/usr/lib/erlang\necho /usr/lib/erlang\n';
    expect(relocateScript(script, '/x')).toBe("ROOTDIR=$1\n    ROOTDIR='/x'\necho /usr/lib/erlang\n");
  });

  it('replaces the shell by the program, so that signals reach it', () => {
    expect(wrapperScript({ loader: '/l', libraries: ['/a', '/b'], program: '/p' })).toBe(
      `#!/bin/sh\nexec '/l' '--library-path' '/a:/b' --argv0 "$0" '/p' "$@"\n`,
    );
  });
});
