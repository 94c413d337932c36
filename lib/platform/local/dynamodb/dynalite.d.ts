declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Times in milliseconds. */
  export default function dynalite(options?: {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
    /** Folder of a LevelDB. @default everything is in memory */
    readonly path?: string;
  }): Server;
}
