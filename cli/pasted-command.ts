import type { StackOptions } from './stack-location.ts'

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The flags that name the stack of this command, to add to a command that the user pastes. */
const stackFlags = ({ stage, stack, local, region, profile }: StackOptions): readonly string[] => [
  ...(stage === undefined ? [] : ['--stage', stage]),
  ...(stack === undefined ? [] : ['--stack', stack]),
  ...(typeof local === 'string' ? ['--local', local] : []),
  ...(region === undefined ? [] : ['--region', region]),
  ...(profile === undefined ? [] : ['--profile', profile]),
]

/** Returns a `dzrun` command to paste, which works on the stack that this command worked on. */
export const pastedCommand = (args: readonly string[], options: StackOptions): string =>
  ['dzrun', ...args, ...stackFlags(options)].map(quoted).join(' ')
