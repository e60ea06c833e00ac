import * as z from 'zod/mini'
import type { Asset, DataSource, RunPage, ServiceRun } from '../../ports/datazone.ts'
import { present } from '../../run/present.ts'
import { parseLeniently } from './lenient.ts'
import { UnreadableAnswer } from './raw-answer.ts'
import { readInstant } from './read-instant.ts'
import { readTables } from './read-tables.ts'

/**
 * Reads DataZone's answers. Rules (P8):
 * 1. Only the id of a run is needed, and its status where Get answers one run: whatever else is unreadable is absent.
 * 2. An unreadable field is reported by its path, so that it can be counted.
 * 3. An unreadable item of a List page costs that item only; an unreadable page token costs the answer, because a page
 *    that seems to be the last could hide a run.
 */

const maxIdLength = 256
const maxTextLength = 5000

/** A name or id. Numbers are taken as text; a lone surrogate would make a key that cannot be encoded. */
const word = (maxLength = maxIdLength) =>
  z.pipe(
    z.union([z.string(), z.number()]),
    z.pipe(
      z.transform(String),
      z.string().check(
        z.minLength(1),
        z.maxLength(maxLength),
        z.refine((text) => text.isWellFormed()),
      ),
    ),
  )

const text = z.pipe(
  z.string(),
  z.transform((value) => value.slice(0, maxTextLength).toWellFormed()),
)

const instantMs = z.pipe(
  z.unknown(),
  z.transform((value, context) => {
    const ms = readInstant(value)
    if (ms !== undefined) return ms
    context.issues.push({ code: 'custom', input: value, message: 'is not a time' })
    return z.NEVER
  }),
)

const count = z.pipe(
  z.union([z.number(), z.string().check(z.regex(/^\d+$/))]),
  z.pipe(z.transform(Number), z.int().check(z.nonnegative())),
)

/** A field that may be missing or null. */
const maybe = <Schema extends z.core.$ZodType>(schema: Schema) =>
  z.optional(
    z.pipe(
      z.nullable(schema),
      z.transform((value) => value ?? undefined),
    ),
  )

const MetadataRun = z.object({
  id: word(),
  status: maybe(word()),
  type: maybe(word()),
  types: maybe(z.array(word())),
  target: maybe(z.object({ identifier: maybe(word()), revision: maybe(word(64)) })),
  createdAt: maybe(instantMs),
  typeStats: maybe(z.array(z.object({ type: word(), status: maybe(word()), errorMessage: maybe(text) }))),
})

const SourceRun = z.object({
  id: word(),
  status: maybe(word()),
  projectId: maybe(word()),
  createdAt: maybe(instantMs),
  runStatisticsForAssets: maybe(
    z.object({
      added: maybe(count),
      updated: maybe(count),
      unchanged: maybe(count),
      skipped: maybe(count),
      failed: maybe(count),
    }),
  ),
  lineageSummary: maybe(z.object({ importStatus: maybe(word()) })),
  errorMessage: maybe(z.object({ errorType: maybe(word()), errorDetail: maybe(text) })),
})

const AssetAnswer = z.object({
  revision: word(64),
  owningProjectId: word(),
  typeIdentifier: maybe(word()),
  name: maybe(text),
  formsOutput: maybe(z.array(z.unknown())),
  ownershipTransfer: maybe(
    z.object({ status: word(), sourceProjectId: maybe(word()), targetProjectId: maybe(word()) }),
  ),
})

const DataSourceAnswer = z.object({
  status: word(),
  errorMessage: maybe(z.object({ errorType: maybe(word()), errorDetail: maybe(text) })),
})

const Page = z.object({ items: maybe(z.array(z.unknown())), nextToken: maybe(z.string()) })

/** Receives the paths of fields that could not be read. */
export type ReportUnreadable = (fields: readonly string[]) => void

type ReadRun = (answer: unknown, report: ReportUnreadable) => ServiceRun | undefined

const metadataRun: ReadRun = (answer, report) => {
  const read = parseLeniently(MetadataRun, answer)
  if (read === undefined) return undefined
  report(read.unreadable)
  const { id, status, type, types, target, createdAt, typeStats } = read.value
  return {
    runId: id,
    nativeStatus: status ?? 'UNKNOWN',
    types: types ?? (type === undefined ? [] : [type]),
    ...(types === undefined && type !== undefined ? { isOlderShape: true } : {}),
    ...present({
      assetId: target?.identifier,
      revision: target?.revision,
      createdAtMs: createdAt,
      typeStats: typeStats?.map(({ status: typeStatus, errorMessage, ...stat }) => ({
        ...stat,
        status: typeStatus ?? 'UNKNOWN',
        ...present({ errorMessage }),
      })),
    }),
  }
}

const runError = (
  error: { readonly errorType?: string | undefined; readonly errorDetail?: string | undefined } | undefined,
) => error && { name: error.errorType ?? 'UNKNOWN', message: error.errorDetail ?? '' }

const sourceRun: ReadRun = (answer, report) => {
  const read = parseLeniently(SourceRun, answer)
  if (read === undefined) return undefined
  report(read.unreadable)
  const { id, status, projectId, createdAt, runStatisticsForAssets, lineageSummary, errorMessage } =
    read.value
  return {
    runId: id,
    nativeStatus: status ?? 'UNKNOWN',
    types: [],
    ...present({
      projectId,
      createdAtMs: createdAt,
      statistics: runStatisticsForAssets === undefined ? undefined : present(runStatisticsForAssets),
      lineageStatus: lineageSummary?.importStatus,
      error: runError(errorMessage),
    }),
  }
}

const started =
  (read: ReadRun) =>
  (answer: unknown, report: ReportUnreadable): ServiceRun => {
    const run = read(answer, report)
    if (run === undefined) throw new UnreadableAnswer('the run has no readable id')
    return run
  }

const StatusOnly = z.object({ status: word() })

const got =
  (read: ReadRun) =>
  (answer: unknown, report: ReportUnreadable): ServiceRun => {
    const run = read(answer, report)
    if (run === undefined || !z.safeParse(StatusOnly, answer).success)
      throw new UnreadableAnswer('the run has no readable id or status')
    return run
  }

const listed =
  (read: ReadRun) =>
  (answer: unknown, report: ReportUnreadable): RunPage => {
    const page = z.safeParse(Page, answer)
    if (!page.success) throw new UnreadableAnswer('the page has no readable items or nextToken')
    const { items = [], nextToken } = page.data
    const runs = items.flatMap((item) => {
      const run = read(item, report)
      if (run === undefined) report(['items.[].id'])
      return run ?? []
    })
    const unreadableItems = items.length - runs.length
    return {
      runs,
      ...present({ nextToken }),
      ...(unreadableItems > 0 ? { unreadableItems } : {}),
    }
  }

/** Each reader throws UnreadableAnswer when a field that it needs is missing or unreadable. */
export const readAnswer = {
  startedRun: started(metadataRun),
  run: got(metadataRun),
  runs: listed(metadataRun),
  startedSourceRun: started(sourceRun),
  sourceRun: got(sourceRun),
  sourceRuns: listed(sourceRun),
  asset: (answer: unknown, report: ReportUnreadable): Asset => {
    const read = parseLeniently(AssetAnswer, answer)
    if (read === undefined) throw new UnreadableAnswer('the asset has no readable revision or project')
    report(read.unreadable)
    const { typeIdentifier = '', name = '', formsOutput = [], ownershipTransfer, ...asset } = read.value
    const tables = readTables(formsOutput)
    if (tables === 'unreadable') report(['formsOutput.[].content'])
    return {
      ...asset,
      typeIdentifier,
      name,
      ...present({
        tables: typeof tables === 'string' ? undefined : tables,
        transfer: ownershipTransfer && {
          status: ownershipTransfer.status,
          ...present({
            sourceProjectId: ownershipTransfer.sourceProjectId,
            targetProjectId: ownershipTransfer.targetProjectId,
          }),
        },
      }),
    }
  },
  dataSource: (answer: unknown, report: ReportUnreadable): DataSource => {
    const read = parseLeniently(DataSourceAnswer, answer)
    if (read === undefined) throw new UnreadableAnswer('the data source has no readable status')
    report(read.unreadable)
    const { status, errorMessage } = read.value
    return { status, ...present({ error: runError(errorMessage) }) }
  },
}
