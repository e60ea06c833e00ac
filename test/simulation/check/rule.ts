import type { Outside } from '../outside.ts'

/** What shows, seen from outside, that a promise was broken; nothing where it was kept. */
export type Rule = (outside: Outside) => readonly string[]
