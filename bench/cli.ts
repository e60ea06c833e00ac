import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildCli } from '../cli/package.ts'
import { command, text, wholeNumber } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'

/**
 * Measures how long each command of the installed tarball takes: packs it, installs it in an empty folder, and runs
 * `node node_modules/dzrun/dist/cli/main.js`, which is what `npx dzrun` starts. The median of each command's runs.
 */
const definition = command(
  'bench:cli',
  'Measures the median time of each command of the packed dzrun, in ms.',
  {
    local: text('FILE', {
      describe: 'also measures commands that read a running local stack: the env file that npm start wrote',
    }),
    runs: wholeNumber({ describe: 'how often each command is run', from: 1, to: 1000, default: '7' }),
  },
)

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN

const install = (): { readonly folder: string; readonly main: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'dzrun-'))
  execFileSync(
    'npm',
    ['pack', join(import.meta.dirname, '..', 'dist', 'dzrun'), '--pack-destination', folder],
    {
      stdio: 'ignore',
    },
  )
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--offline', join(folder, tarball)], {
    cwd: folder,
    stdio: 'ignore',
  })
  return { folder, main: join(folder, 'node_modules', 'dzrun', 'dist', 'cli', 'main.js') }
}

const target = (args: readonly string[]): number | undefined => {
  if (args[0] === '--help') return 150
  return args[0] === 'list' && args.includes('--local') ? 400 : undefined
}

await runCommand(definition, async ({ runs, local }) => {
  await buildCli()
  const { folder, main } = install()
  try {
    const helps = [['--help'], ['help', 'exit-codes']]
    const { commands } = await import('../cli/commands.ts')
    helps.push(...Object.keys(commands).map((name) => [name, '--help']))
    const reads = ['list', 'status', 'quota', 'explain store_sales', 'get no-such-run', 'breaker list']
    const cases =
      local === undefined ? helps : [...helps, ...reads.map((read) => [...read.split(' '), '--local', local])]
    for (const args of cases) {
      const times = Array.from({ length: runs }, () => {
        const startMs = performance.now()
        const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
          cwd: folder,
          encoding: 'utf8',
        })
        if (status !== 0 && status !== 3) throw new Error(`dzrun ${args.join(' ')} failed: ${stderr}`)
        return performance.now() - startMs
      })
      const limit = target(args)
      const shown = args.map((arg) => (arg === local ? 'FILE' : arg)).join(' ')
      console.log(
        `${shown.padEnd(40)}${median(times).toFixed(0).padStart(6)} ms${limit === undefined ? '' : `   target ${limit} ms`}`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return 0
})
