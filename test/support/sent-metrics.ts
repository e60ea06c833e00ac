import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { metricName } from '../../functions/telemetry.ts'
import { endings, parkReasons } from '../../lib/run/run.ts'
import type { HintAddress } from '../../lib/usecases/observe/address-hints.ts'
import type { HintFate } from '../../lib/usecases/observe/hint-report.ts'
import type { RequestOutcome } from '../../lib/usecases/start/request-outcome.ts'

const outcomes: Record<RequestOutcome['outcome'], true> = {
  started: true,
  'duplicate-run': true,
  duplicate: true,
  parked: true,
  planned: true,
  rejected: true,
  skipped: true,
  canceled: true,
  'cancel-requested': true,
  'cancel-too-late': true,
  'nothing-to-cancel': true,
  retry: true,
}
const fates: Record<HintFate, true> = {
  settled: true,
  known: true,
  early: true,
  active: true,
  followed: true,
  undecided: true,
  accepted: true,
}
const addresses: Record<HintAddress, true> = {
  run: true,
  asset: true,
  source: true,
  domain: true,
  nothing: true,
}

/** Returns the metrics that the functions count under a literal name. */
const literalNames = async (): Promise<readonly string[]> => {
  const folder = join(import.meta.dirname, '..', '..', 'functions')
  const files = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')))
  return files.flatMap((text) => [...text.matchAll(/count\('([a-z-]+)'/g)].map(([, name = '']) => name))
}

/** Returns the name of every custom metric that the functions send. */
export const sentMetrics = async (): Promise<readonly string[]> => [
  ...(await literalNames()),
  ...Object.keys(outcomes).map((outcome) => `request-${outcome}`),
  ...Object.keys(fates).map((fate) => `hint-${fate}`),
  ...Object.keys(addresses).map((address) => `hint-by-${address}`),
  ...parkReasons.map((reason) => metricName('parked', reason)),
  // A sweep never ends a run as REJECTED; the starter counts request-rejected.
  ...endings.filter((ending) => ending !== 'REJECTED').map((ending) => metricName('run', ending)),
]
