// Makes an unpacked tree of Debian packages (Erlang, RabbitMQ and the C libraries they need) run from any folder,
// without root, without chroot, and on systems whose own C library is older than the one the packages were built for.

import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const elfMagic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

/** @param {string} text */
export function shellQuote(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * The stand-in for an ELF program: it starts the program with the unpacked dynamic loader and libraries.
 * `exec` keeps the process id, `--argv0` keeps the name by which Erlang's programs find their siblings.
 *
 * @param {{ loader: string, libraries: string[], program: string }} paths absolute
 */
export function wrapperScript({ loader, libraries, program }) {
  const quoted = [loader, '--library-path', libraries.join(':')].map(shellQuote).join(' ');
  return `#!/bin/sh\nexec ${quoted} --argv0 "$0" ${shellQuote(program)} "$@"\n`;
}

/**
 * Erlang's start scripts carry the folder they were built for.
 *
 * @param {string} script
 * @param {string} erlangRoot absolute
 */
export function relocateScript(script, erlangRoot) {
  return script.replace(
    /^(\s*ROOTDIR=)\/usr\/lib\/erlang$/gm,
    (_, assignment) => `${assignment}${shellQuote(erlangRoot)}`,
  );
}

/**
 * Makes `bin/{erl,epmd,escript}` beside the unpacked packages in `root`.
 *
 * @param {string} folder holds `root`
 * @param {string} finalFolder where `folder` will be when it is used; the two differ while it is being built
 */
export function makeRunnable(folder, finalFolder) {
  const tree = join(folder, 'root');
  const erlang = join(tree, 'usr/lib/erlang');
  const finalErlang = join(finalFolder, 'root/usr/lib/erlang');
  const runtime = readdirSync(erlang).find((name) => name.startsWith('erts-'));
  if (runtime === undefined) throw new Error(`no Erlang runtime (erts-*) in ${erlang}`);
  const { loader, libraries } = findLoader(tree, join(finalFolder, 'root'));

  for (const folder of ['bin', `${runtime}/bin`]) {
    for (const name of ['erl', 'start']) {
      const file = join(erlang, folder, name);
      if (existsSync(file)) writeFileSync(file, relocateScript(readFileSync(file, 'utf8'), finalErlang));
    }
  }

  const folders = [`${runtime}/bin`, 'bin', ...programFolders(erlang)];
  for (const folder of folders) {
    for (const entry of readdirSync(join(erlang, folder), { withFileTypes: true })) {
      const file = join(erlang, folder, entry.name);
      if (!entry.isFile() || !isElf(file)) continue;
      renameSync(file, `${file}.elf`);
      writeFileSync(
        file,
        wrapperScript({ loader, libraries, program: join(finalErlang, folder, `${entry.name}.elf`) }),
      );
      chmodSync(file, 0o755);
    }
  }

  const programs = { erl: 'bin/erl', escript: 'bin/escript', epmd: `${runtime}/bin/epmd` };
  mkdirSync(join(folder, 'bin'));
  for (const [name, program] of Object.entries(programs)) {
    symlinkSync(join('../root/usr/lib/erlang', program), join(folder, 'bin', name));
  }
}

/** Folders of `lib/*` that hold port programs, such as os_mon's memsup. @param {string} erlang */
function programFolders(erlang) {
  return readdirSync(join(erlang, 'lib'))
    .map((library) => `lib/${library}/priv/bin`)
    .filter((folder) => existsSync(join(erlang, folder)));
}

/**
 * @param {string} tree
 * @param {string} finalTree
 */
function findLoader(tree, finalTree) {
  const libraries = [];
  let loader;
  for (const base of ['usr/lib', 'lib']) {
    if (!existsSync(join(tree, base))) continue;
    for (const triplet of readdirSync(join(tree, base)).filter((name) => name.endsWith('-linux-gnu'))) {
      libraries.push(join(finalTree, base, triplet));
      const name = readdirSync(join(tree, base, triplet)).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
      if (name !== undefined) loader = join(finalTree, base, triplet, name);
    }
  }
  if (loader === undefined) throw new Error(`no dynamic loader (ld-linux*.so) in ${tree}`);
  return { loader, libraries };
}

/** @param {string} file */
function isElf(file) {
  if (statSync(file).size < elfMagic.length) return false;
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(elfMagic.length);
    readSync(descriptor, head, 0, head.length, 0);
    return head.equals(elfMagic);
  } finally {
    closeSync(descriptor);
  }
}
