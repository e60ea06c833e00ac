import { Argument, type Command } from 'commander'
import { completionScript, type Shell, shells } from '../completion.ts'

/** `dzrun completion SHELL`: the completion script of a shell, made from the commands themselves. */
export const addCompletion = (program: Command): void => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .description('print the completion script of a shell')
    .addHelpText(
      'after',
      '\nExamples:\n  source <(dzrun completion bash)\n  dzrun completion fish > ~/.config/fish/completions/dzrun.fish',
    )
    .action((shell: Shell) => console.log(completionScript(shell, program)))
}
