import type { Environment } from '../config/environment.ts'

/** What a command is run with; only `main.ts` knows the process. */
export interface CommandContext {
  readonly environment: Environment
  /** What to do on SIGTERM and SIGINT; called at once if one has come already. */
  onStop(callback: () => void): void
  /** A client could not be closed: the process must end without waiting for its threads. */
  onUnclosed(): void
}

/** Answers the exit code. */
export type Command = (args: readonly string[], context: CommandContext) => Promise<number>
