/** How a login ends the worker thread that handles it, see killer-pipeline.ts. */
export const killWays = ['exit', 'hang', 'heap'] as const
export type KillWay = (typeof killWays)[number]

/** The header that makes a login a killer; its value is one of the ways. */
export const KILL_HEADER = 'chaos.kill'
