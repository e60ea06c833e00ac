import type { Context, Hono } from 'hono'
import * as z from 'zod/mini'
import { assetId, dataSourceId, domainId } from '../../lib/contracts/fields.ts'
import { CatalogRefused } from '../../lib/errors.ts'
import type { AssetRef, DataSourceRef } from '../../lib/run/run.ts'
import { skipText } from '../../lib/usecases/inspect/describe-run.ts'
import { type Explanation, explainTarget } from '../../lib/usecases/inspect/explain-target.ts'
import { listRuns } from '../../lib/usecases/inspect/list-runs.ts'
import { type OlderRuns, type PlotWindow, plotWindows } from '../shared/protocol.ts'
import { assetList } from './asset-list.ts'
import type { PageState } from './page-state.ts'
import { rowOfSummary } from './run-row.ts'

const keptMs = 1000
/** How many older runs a viewer gets at once. */
const olderRuns = 500

const Older = z.object({
  updatedAtMs: z.coerce.number().check(z.int(), z.nonnegative()),
  id: z._default(z.string(), ''),
  /** Statuses, separated by commas; absent: all. */
  status: z.optional(z.string().check(z.regex(/^[A-Z_]+(,[A-Z_]+)*$/))),
})

const refuse = (context: Context, status: 400 | 503, message: string) => context.json({ message }, status)

const targetOf = (context: Context): AssetRef | DataSourceRef | undefined => {
  const domain = z.safeParse(domainId, context.req.param('domain'))
  const isAsset = context.req.param('kind') === 'asset'
  const id = z.safeParse(isAsset ? assetId : dataSourceId, context.req.param('id'))
  if (!domain.success || !id.success) return undefined
  return isAsset
    ? { domainId: domain.data, assetId: id.data }
    : { domainId: domain.data, dataSourceId: id.data }
}

/** Answers of a moment ago are shared by all viewers. */
const shared = <T>() => {
  const kept = new Map<string, { readonly atMs: number; readonly value: Promise<T> }>()
  return (key: string, read: () => Promise<T>): Promise<T> => {
    const nowMs = Date.now()
    for (const [other, { atMs }] of kept) if (nowMs - atMs > keptMs) kept.delete(other)
    const known = kept.get(key)
    if (known !== undefined) return known.value
    const value = read()
    kept.set(key, { atMs: nowMs, value })
    return value
  }
}

const spent = ({ meter }: PageState): string =>
  `the page has used its read units of the minute: try again in ${Math.ceil(meter.waitMs() / 1000)} s`

/** Changes with the rows of the target, so that a viewer who has seen a change gets an answer that includes it. */
const keyOf = (target: AssetRef | DataSourceRef, { board }: PageState): string => {
  const id = 'assetId' in target ? target.assetId : target.dataSourceId
  const rows = [...board.rows()].filter((row) => row.target === id && row.domainId === target.domainId)
  return JSON.stringify([target, rows.map(({ status, updatedAtMs }) => [status, updatedAtMs])])
}

/** Runs that the page may not hold. */
const older = async (context: Context, state: PageState) => {
  const parsed = z.safeParse(Older, context.req.query())
  if (!parsed.success) return refuse(context, 400, 'updatedAtMs: must be a time in ms since the epoch')
  if (!state.meter.hasRoom()) return refuse(context, 503, spent(state))
  const { status, ...after } = parsed.data
  const filter = status === undefined ? {} : { statuses: status.split(',') }
  const page = { limit: olderRuns, after }
  const { runs, next } = await listRuns(state.stack.list, state.feed.domains(), filter, page)
  const answer: OlderRuns = { rows: runs.map(rowOfSummary), ...(next === undefined ? {} : { next }) }
  return context.json(answer)
}

/** The explanations of assets and data sources. */
const explainer = (state: PageState) => {
  const explanations = shared<Explanation>()
  return async (context: Context) => {
    const target = targetOf(context)
    if (target === undefined) return refuse(context, 400, 'the address names no asset or data source')
    if (!state.meter.hasRoom()) return refuse(context, 503, spent(state))
    const explanation = await explanations(keyOf(target, state), () => explainTarget(target, state.stack))
    return context.json({
      ...explanation,
      skips: explanation.skips.map((skip) => ({ ...skip, text: skipText(skip) })),
    })
  }
}

/** The paths that only read. */
export const readRoutes = (app: Hono, state: PageState): void => {
  const { stack, series, feed } = state
  const assets = assetList(stack.catalog, stack.policy, feed.domains)

  app.get('/api/series', (context) => {
    const window = context.req.query('window')
    if (!plotWindows.some((known) => known === window))
      return refuse(context, 400, `window: must be one of ${plotWindows.join(', ')}`)
    return context.json(series.read(window as PlotWindow, Date.now()))
  })

  app.get('/api/assets', async (context) => {
    try {
      return context.json(await assets(context.req.query('fresh') === '1'))
    } catch (error) {
      if (error instanceof CatalogRefused) return refuse(context, 503, error.message)
      throw error
    }
  })

  app.get('/api/older', (context) => older(context, state))
  app.get('/api/explain/:domain/:kind/:id', explainer(state))
}
