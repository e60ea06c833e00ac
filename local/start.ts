import { runCommand } from './run-as-command.ts'
import { startCommand } from './stack-flags.ts'

// The system is loaded only to run it, because loading it takes ten times as long as the help or a usage error.
await runCommand(startCommand, async (flags) => (await import('./start/run-stack.ts')).runStack(flags))
