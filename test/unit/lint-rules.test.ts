import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

const importing = (from: string) => `import { x } from '${from}'\n\nexport const y = x\n`

/** The folder of a planted import, what it imports, and a part of the message that Biome must report. */
const directions: readonly [string, string, string][] = [
  ['lib/run', 'zod', 'pure core'],
  ['lib/run', '../errors.ts', 'pure core'],
  ['lib/run', '../contracts/release.ts', 'pure core'],
  ['lib/run', '../ports/clock.ts', 'pure core'],
  ['lib/run', 'node:fs', 'pure core'],
  ['lib/contracts', '../ports/clock.ts', 'lib/contracts may import'],
  ['lib/contracts', '../usecases/announce.ts', 'lib/contracts may import'],
  ['lib/contracts', '../adapters/sqs/request-queue.ts', 'lib/contracts may import'],
  ['lib/contracts', '@aws-sdk/client-sqs', 'lib/contracts may import'],
  ['lib/contracts', '../config.ts', 'lib/contracts may import'],
  ['lib/contracts', 'zod', 'lib/contracts may import'],
  ['lib/ports', '../config.ts', 'lib/ports holds interfaces'],
  ['lib/ports', 'node:fs', 'lib/ports holds interfaces'],
  ['lib/usecases', '../config.ts', 'never an adapter, never the SDK'],
  ['lib/usecases', 'node:fs', 'never an adapter, never the SDK'],
  ['lib/usecases', './start/start-run.ts', 'imports none of its rooms'],
  ['lib/usecases/start', '../observe/settle-hints.ts', 'lib/usecases/start imports itself'],
  ['lib/usecases/start', '../sweep/sweep-runs.ts', 'lib/usecases/start imports itself'],
  ['lib/usecases/sweep', '../start/start-run.ts', 'lib/usecases/sweep imports itself'],
  ['lib/usecases/sweep', '../observe/settle-hints.ts', 'lib/usecases/sweep imports itself'],
  ['lib/usecases/operate', '../sweep/sweep-runs.ts', 'lib/usecases/operate imports itself'],
  ['lib/usecases/observe', '../start/start-run.ts', 'lib/usecases/observe imports itself'],
  ...['start', 'sweep', 'observe', 'operate'].flatMap((room): [string, string, string][] =>
    ['../../adapters/sqs/request-queue.ts', '../../config.ts', '@aws-sdk/client-sqs', 'node:fs'].map(
      (from) => [`lib/usecases/${room}`, from, 'never'],
    ),
  ),
  ['lib/adapters/sqs', '../../config.ts', 'lib/adapters/sqs translates one service'],
  ['lib/adapters/sqs', '@aws-lambda-powertools/logger', 'lib/adapters/sqs translates one service'],
  ['lib/ports', '../usecases/announce.ts', 'lib/ports holds interfaces'],
  ['lib/ports', '../adapters/sqs/request-queue.ts', 'lib/ports holds interfaces'],
  ['lib/ports', '@aws-sdk/client-sqs', 'lib/ports holds interfaces'],
  ['lib/ports', 'zod/mini', 'lib/ports holds interfaces'],
  ['lib/usecases', '../adapters/sqs/request-queue.ts', 'never an adapter, never the SDK'],
  ['lib/usecases', '@aws-sdk/client-sqs', 'never an adapter, never the SDK'],
  ['lib/usecases', '../../functions/wiring.ts', 'never an adapter, never the SDK'],
  ['lib/adapters/dynamodb', '../datazone/gateway.ts', 'lib/adapters/dynamodb translates one service'],
  ['lib/adapters/dynamodb', '@aws-sdk/client-sqs', 'lib/adapters/dynamodb translates one service'],
  ['lib/adapters/datazone', '../sqs/request-queue.ts', 'lib/adapters/datazone translates one service'],
  ['lib/adapters/datazone', '@aws-sdk/client-dynamodb', 'lib/adapters/datazone translates one service'],
  ['lib/adapters/eventbridge', '../dynamodb/run-store.ts', 'lib/adapters/eventbridge translates one service'],
  ['lib/adapters/eventbridge', '@aws-sdk/client-datazone', 'lib/adapters/eventbridge translates one service'],
  ['lib/adapters/sqs', '../eventbridge/event-bus.ts', 'lib/adapters/sqs translates one service'],
  ['lib/adapters/sqs', '../../usecases/announce.ts', 'lib/adapters/sqs translates one service'],
  [
    'functions',
    '../lib/adapters/sqs/request-queue.ts',
    'only functions/wiring.ts and notifier-wiring.ts import adapters',
  ],
  ['functions', '@aws-sdk/client-sqs', 'only functions/wiring.ts and notifier-wiring.ts import adapters'],
  ...['local/stack.ts', 'cli/main.ts', 'bench/starts.ts'].flatMap((path): [string, string, string][] => [
    ['lib/contracts', `../../${path}`, 'lib/contracts may import'],
    ['lib/ports', `../../${path}`, 'lib/ports holds interfaces'],
    ['lib/usecases', `../../${path}`, 'never an adapter, never the SDK'],
    ['lib/adapters/sqs', `../../../${path}`, 'lib/adapters/sqs translates one service'],
    ['functions', `../${path}`, 'nothing in functions imports local, cli or bench'],
  ]),
]

const impure = [
  'export const at = Date.now()\n',
  'export const at = new Date()\n',
  'export const chance = Math.random()\n',
  'export const at = performance.now()\n',
  "export const level = process.env['LEVEL']\n",
  'export const id = process.pid\n',
  'export const at = Date()\n',
  "import { randomUUID } from 'node:crypto'\n\nexport const id = randomUUID()\n",
  'export const id = globalThis.name\n',
  'export const later = (go: () => void) => setTimeout(go, 1)\n',
  "export const page = () => fetch('x')\n",
  "export const log = () => console.log('x')\n",
]

const environment = [
  "export const level = process.env['LEVEL']\n",
  "import { env } from 'node:process'\n\nexport const level = env.LEVEL\n",
]
const environmentFolders = ['lib', 'lib/contracts', 'lib/usecases', 'lib/adapters/sqs', 'functions']

/** Imports that each folder may use; without them a rule that refuses everything would pass. */
const allowed: readonly [string, string][] = [
  ['lib/run', importing('./run.ts')],
  ['lib/run', "import { createHash } from 'node:crypto'\n\nexport const hash = createHash('sha256')\n"],
  ['lib/contracts', importing('../run/run.ts')],
  ['lib/contracts', "import * as z from 'zod/mini'\n\nexport const text = z.string()\n"],
  ['lib/ports', importing('../contracts/release.ts')],
  ['lib/usecases', importing('../ports/clock.ts')],
  ['lib/usecases', importing('../errors.ts')],
  ['lib/usecases/start', importing('../announce.ts')],
  ['lib/usecases/start', importing('../../ports/clock.ts')],
  ['lib/usecases/sweep', importing('../../run/run.ts')],
  ['lib/usecases/observe', importing('../sweep/settle-runs.ts')],
  ['lib/adapters/sqs', importing('@aws-sdk/client-sqs')],
  ['lib/adapters/dynamodb', importing('../../run/identity.ts')],
  ['functions', importing('../lib/usecases/announce.ts')],
]

interface Plant {
  readonly path: string
  readonly code: string
}

const plants: Plant[] = []
const plant = (folder: string, code: string): string => {
  const path = `${folder}/plant-${plants.length}.ts`
  plants.push({ path, code })
  return path
}

const inOneLine = (code: string) => code.trim().replaceAll(/\s+/g, ' ')

interface Report {
  readonly diagnostics: readonly { readonly message: string; readonly location: { readonly path: string } }[]
}

/** Returns Biome's findings for each planted file under the rules of the project. */
const lint = async (): Promise<ReadonlyMap<string, string>> => {
  const folder = await mkdtemp(join(tmpdir(), 'lint-rules-'))
  try {
    await cp(join(root, 'biome.json'), join(folder, 'biome.json'))
    await cp(join(root, 'package.json'), join(folder, 'package.json'))
    await cp(join(root, 'config'), join(folder, 'config'), { recursive: true })
    for (const { path, code } of plants) {
      await mkdir(join(folder, dirname(path)), { recursive: true })
      await writeFile(join(folder, path), code)
    }
    const biome = join(root, 'node_modules/.bin/biome')
    const flags = [
      'lint',
      '--vcs-enabled=false',
      '--reporter=json',
      '--max-diagnostics=none',
      'lib',
      'functions',
    ]
    const output = await new Promise<string>((resolve) => {
      execFile(biome, flags, { cwd: folder, maxBuffer: 1e8 }, (_error, stdout) => resolve(stdout))
    })
    const report: Report = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? '')
    const byPath = Map.groupBy(report.diagnostics, ({ location }) => location.path)
    return new Map([...byPath].map(([path, list]) => [path, list.map(({ message }) => message).join('\n')]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const wiring: Plant = {
  path: 'functions/wiring.ts',
  code: importing('../local/stack.ts').concat(
    "export { dataZoneGateway } from '../lib/adapters/datazone/gateway.ts'\n",
  ),
}
plants.push(wiring)

let findings: ReadonlyMap<string, string> = new Map()
beforeAll(async () => {
  findings = await lint()
})

describe('import directions', () => {
  test.each(
    directions.map(([folder, from, message]) => [folder, from, message, plant(folder, importing(from))]),
  )('refuses an import in %s of %s', (_folder, _from, message, path) => {
    expect(findings.get(path)).toContain(message)
  })

  test('lets functions/wiring.ts import adapters, but not local, cli or bench', () => {
    expect(findings.get(wiring.path)).toBe('nothing in functions imports local, cli or bench')
  })

  test.each(allowed.map(([folder, code]) => [folder, inOneLine(code), plant(folder, code)]))(
    'accepts in %s: %s',
    (_folder, _code, path) => {
      expect(findings.get(path)).toBeUndefined()
    },
  )
})

describe('purity', () => {
  test.each(impure.map((code) => [inOneLine(code), plant('lib/run', code)]))(
    'forbids in lib/run: %s',
    (_code, path) => {
      expect(findings.get(path)).toContain('lib/run is pure')
    },
  )

  test.each(
    environmentFolders.flatMap((folder) =>
      environment.map((code) => [folder, inOneLine(code), plant(folder, code)]),
    ),
  )('forbids reading the environment in %s: %s', (_folder, _code, path) => {
    expect(findings.get(path)).toContain('process.env')
  })
})

test('runs on the Node version of the Lambda functions', () => {
  expect(process.version).toMatch(/^v24\./)
})
