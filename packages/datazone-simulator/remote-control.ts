import type { RemoteControl } from './types.ts'

/** The HTTP method and path, under `/_simulator/`, of each function of the control. */
export const controlRoutes = {
  loadCatalogue: 'PUT catalogue',
  addRevision: 'POST revisions',
  setFaults: 'PUT faults',
  faults: 'GET faults',
  setOutcomes: 'PUT outcomes',
  outcomes: 'GET outcomes',
  settings: 'GET settings',
  changeSettings: 'PATCH settings',
  acceptSuggestions: 'POST acceptances',
  publishAsset: 'POST publications',
  unpublishAsset: 'DELETE publications',
  sendAssetEvent: 'POST asset-events',
  transferAsset: 'POST ownership-transfers',
  setDataSourceStatus: 'PUT data-source-status',
  startScheduledRun: 'POST scheduled-runs',
  deleteRun: 'DELETE runs',
  forgetTokens: 'DELETE tokens',
  takeEvents: 'POST events/take',
  runs: 'GET runs',
  dataSourceRuns: 'GET data-source-runs',
  calls: 'GET calls',
  reset: 'POST reset',
  state: 'GET state',
  setState: 'PUT state',
  clock: 'GET clock',
  advanceClock: 'POST clock',
} as const satisfies Record<keyof RemoteControl, string>

/**
 * Returns the control of the simulator at this endpoint, for example one that `npx datazone-simulator` started. Each
 * function rejects with the message of the simulator, which names each wrong field, or, when no simulator answers, with a
 * message that names the endpoint.
 */
export const connectControl = (endpoint: string): RemoteControl => {
  const call = async (route: string, body: unknown): Promise<unknown> => {
    const [method = '', path = ''] = route.split(' ')
    const url = new URL(`/_simulator/${path}`, endpoint)
    const reply = await fetch(url, { method, body: JSON.stringify(body) ?? null }).catch((cause: unknown) => {
      throw new Error(`no simulator answers at ${endpoint}: start one with npx datazone-simulator`, { cause })
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${route}: ${messageOf(text)}`)
    return JSON.parse(text)
  }
  const functions = Object.entries(controlRoutes).map(([name, route]) => [
    name,
    (body: unknown) => call(route, body),
  ])
  return Object.fromEntries(functions) as RemoteControl
}

const messageOf = (text: string): string => {
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return typeof message === 'string' ? message : text
  } catch {
    return text
  }
}
