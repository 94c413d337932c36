import { printable } from './printable.ts';

/** Shows what is going on while it goes on. Texts are made printable here. */
export interface Progress {
  /** Replaces what is shown. */
  show(text: string): void;
  /** Writes a line that stays. */
  note(text: string): void;
  /** Removes what is shown last. */
  clear(): void;
}

const plainIntervalMilliseconds = 2_000;

/** One line, redrawn, on a terminal; elsewhere a line every two seconds where something changed. */
export const createProgress = (stream: NodeJS.WriteStream, now: () => number = Date.now): Progress =>
  stream.isTTY ? redrawn(stream) : plain(stream, now);

const redrawn = (stream: NodeJS.WriteStream): Progress => {
  const erase = '\r\u001b[2K';
  return {
    show: (text) => {
      stream.write(`${erase}${printable(text).slice(0, Math.max(1, (stream.columns ?? 80) - 1))}`);
    },
    note: (text) => {
      stream.write(`${erase}${printable(text)}\n`);
    },
    clear: () => {
      stream.write(erase);
    },
  };
};

const plain = (stream: NodeJS.WriteStream, now: () => number): Progress => {
  let last = '';
  let writtenAt = Number.NEGATIVE_INFINITY;
  return {
    show: (text) => {
      if (text === last || now() - writtenAt < plainIntervalMilliseconds) return;
      last = text;
      writtenAt = now();
      stream.write(`${printable(text)}\n`);
    },
    note: (text) => {
      stream.write(`${printable(text)}\n`);
    },
    clear: () => {},
  };
};
