import type { Outside } from '../outside.ts'

/** Returns a message for each violation of a promise that can be seen from outside the system. */
export type Rule = (outside: Outside) => readonly string[]
