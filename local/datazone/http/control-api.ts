import { z } from 'zod'
import { faultsSchema } from '../calls/fault-schema.ts'
import { acceptanceSchema } from '../control/accept-suggestions.ts'
import { type Control, clockSchema } from '../control/control.ts'
import { publicationSchema } from '../control/publish-asset.ts'
import { assetEventSchema } from '../control/send-asset-event.ts'
import { dataSourceStatusSchema } from '../control/set-data-source-status.ts'
import { scheduledRunSchema } from '../control/start-scheduled-run.ts'
import { stateSchema } from '../control/state-schema.ts'
import { transferSchema } from '../control/transfer-asset.ts'
import { catalogueSchema, newRevisionSchema } from '../input/catalogue.ts'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { settingsSchema } from '../input/settings.ts'
import { strictObject } from '../input/strict-object.ts'
import { outcomesSchema } from '../world/run-outcome.ts'
import type { JsonRequest, Reply } from './reply.ts'

/** The path of the control API; DataZone has no such path. */
const controlPath = '/_simulator/'

/** Returns whether a path belongs to the control API, whose root may end in a slash or not. */
export const isControlPath = (path: string): boolean => `${path}/`.startsWith(controlPath)

const runToDelete = strictObject({ domainId: z.string(), runId: z.string() })

type Route = (control: Control, body: unknown) => unknown

const routes: Readonly<Record<string, Route>> = {
  'PUT catalogue': (control, body) =>
    control.loadCatalogue(parseInput('the catalogue', catalogueSchema, body)),
  'POST revisions': (control, body) =>
    control.addRevision(parseInput('the revision', newRevisionSchema, body)),
  'PUT faults': (control, body) => control.setFaults(parseInput('the list of faults', faultsSchema, body)),
  'GET faults': (control) => control.faults(),
  'PUT outcomes': (control, body) =>
    control.setOutcomes(parseInput('the list of outcomes', outcomesSchema, body)),
  'GET outcomes': (control) => control.outcomes(),
  'GET settings': (control) => control.settings(),
  'PATCH settings': (control, body) => {
    const changes = parseInput('the change of settings', z.record(z.string(), z.unknown()), body)
    return control.changeSettings(
      parseInput('the change of settings', settingsSchema, { ...control.settings(), ...changes }),
    )
  },
  'POST acceptances': (control, body) =>
    control.acceptSuggestions(parseInput('the acceptance', acceptanceSchema, body)),
  'POST publications': (control, body) =>
    control.publishAsset(parseInput('the publication', publicationSchema, body)),
  'DELETE publications': (control, body) =>
    control.unpublishAsset(parseInput('the publication to end', publicationSchema, body)),
  'POST asset-events': (control, body) =>
    control.sendAssetEvent(parseInput('the asset event', assetEventSchema, body)),
  'POST ownership-transfers': (control, body) =>
    control.transferAsset(parseInput('the ownership transfer', transferSchema, body)),
  'PUT data-source-status': (control, body) =>
    control.setDataSourceStatus(parseInput('the data source status', dataSourceStatusSchema, body)),
  'POST scheduled-runs': (control, body) =>
    control.startScheduledRun(parseInput('the scheduled run', scheduledRunSchema, body)),
  'DELETE runs': (control, body) => control.deleteRun(parseInput('the run to delete', runToDelete, body)),
  'DELETE tokens': (control) => control.forgetTokens(),
  'POST events/take': (control) => control.takeEvents(),
  'GET runs': (control) => control.runs(),
  'GET data-source-runs': (control) => control.dataSourceRuns(),
  'GET calls': (control) => control.calls(),
  'POST reset': (control) => control.reset(),
  'GET state': (control) => control.state(),
  'PUT state': (control, body) => control.setState(parseInput('the state', stateSchema, body)),
  'GET clock': (control) => control.clock(),
  'POST clock': (control, body) => control.advanceClock(parseInput('the clock', clockSchema, body)),
}

/** Answers a request to the control API. A 400 names each wrong field, and a 404 lists the routes. */
export const answerControl = (control: Control, { method, path, body }: JsonRequest): Reply => {
  const route = routes[`${method} ${path.slice(controlPath.length)}`]
  if (route === undefined)
    return {
      status: 404,
      body: { message: `no such route; under ${controlPath} there are ${Object.keys(routes).join(', ')}` },
    }
  try {
    return { status: 200, body: route(control, body) }
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { message: error.message } }
    throw error
  }
}
