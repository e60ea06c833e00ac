import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** What can follow a command: its subcommands, its flags, and the values of flags with a fixed list. */
interface Completed {
  /** `list`, or `breaker close`; empty for `dzrun` itself. */
  readonly path: string
  readonly words: readonly string[]
  readonly flags: readonly {
    readonly name: string
    readonly about: string
    readonly values: readonly string[]
  }[]
}

const completedOf = (command: Command, path: readonly string[]): readonly Completed[] => [
  {
    path: path.join(' '),
    words: command.commands.map((child) => child.name()),
    flags: command.options.flatMap(({ long, description, argChoices }) =>
      long === undefined || long === null
        ? []
        : [{ name: long, about: description, values: argChoices ?? [] }],
    ),
  },
  ...command.commands.flatMap((child) => completedOf(child, [...path, child.name()])),
]

/** Text in single quotes for a shell; descriptions are cut at the first sentence. */
const quoted = (text: string): string => `'${(text.split(/[;:(]/)[0] ?? '').trim().replaceAll("'", '')}'`

const bash = (all: readonly Completed[]): string => {
  const cases = all.map(({ path, words, flags }) => {
    const candidates = [...words, ...flags.map(({ name }) => name), '--help'].join(' ')
    return `    '${path}') words='${candidates}' ;;`
  })
  const values = all.flatMap(({ path, flags }) =>
    flags.flatMap(({ name, values: of }) =>
      of.length === 0
        ? []
        : [`    '${path} ${name}') COMPREPLY=($(compgen -W '${of.join(' ')}' -- "$current")); return ;;`],
    ),
  )
  const known = all.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`]))
  return `# dzrun completion for bash: add  source <(dzrun completion bash)  to ~/.bashrc
_dzrun() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known.join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path $previous" in
${values.join('\n')}
    *) ;;
  esac
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _dzrun dzrun`
}

/** zsh runs the bash completion through its own emulation. */
const zsh = (all: readonly Completed[]): string =>
  `# dzrun completion for zsh: add  source <(dzrun completion zsh)  to ~/.zshrc
autoload -U +X compinit && compinit -u
autoload -U +X bashcompinit && bashcompinit
${bash(all).split('\n').slice(1).join('\n')}`

const fish = (all: readonly Completed[]): string => {
  const lines = all.flatMap(({ path, words, flags }) => {
    const seen = path.split(' ').filter((word) => word !== '')
    const at =
      seen.length === 0
        ? '__fish_use_subcommand'
        : seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
    return [
      ...words.map((word) => `complete -c dzrun -f -n '${at}' -a ${word}`),
      ...flags.map(({ name, about, values }) => {
        const takes = values.length === 0 ? '' : ` -x -a '${values.join(' ')}'`
        return `complete -c dzrun -n '${seen.length === 0 ? 'true' : at}' -l ${name.slice(2)} -d ${quoted(about)}${takes}`
      }),
    ]
  })
  return [
    '# dzrun completion for fish: dzrun completion fish > ~/.config/fish/completions/dzrun.fish',
    ...lines,
  ].join('\n')
}

/** Returns the script that completes the commands and flags of a program in a shell. */
export const completionScript = (shell: Shell, program: Command): string => {
  const all = completedOf(program, [])
  switch (shell) {
    case 'bash':
      return bash(all)
    case 'zsh':
      return zsh(all)
    case 'fish':
      return fish(all)
    default:
      return shell satisfies never
  }
}
