import { runCommand } from '../run-as-command.ts'
import { demoCommand } from '../stack-flags.ts'

// The system is loaded only to run it, because loading it takes ten times as long as the help or a usage error.
await runCommand(demoCommand, async (flags) => (await import('./run-demo.ts')).runDemo(flags))
