import { type EventPump, pumpEvents } from './datazone/event-pump.ts'
import type { DataZoneEvent } from './datazone/outbox.ts'
import { type DataZoneServer, startDataZoneServer } from './datazone/server.ts'
import { runAsCommand } from './run-as-command.ts'
import { catalogueFrom, sampleWithDataSources } from './simulator-catalogue.ts'
import { simulatorFlags, simulatorUsage } from './simulator-flags.ts'

const lookEveryMs = 200

/**
 * Calls once the parent is gone, if npm started this: npm gives its SIGTERM to the shell between them, which ends
 * and tells nobody. Where a shell is left on purpose, as by `setsid`, this goes on.
 */
const onOrphaned = (ended: () => void): void => {
  if (process.env['npm_lifecycle_event'] !== 'simulator') return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) ended()
  }, lookEveryMs).unref()
}

/** Resolves at the first Ctrl-C or SIGTERM, to this process or to the npm that started it. */
const told = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    onOrphaned(resolve)
  })

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const usage = ({ endpoint }: DataZoneServer, loaded: { domains: number; assets: number }): string => `
The DataZone simulator listens, with ${counted(loaded.assets, 'asset')} in ${counted(loaded.domains, 'domain')}.

  endpoint   ${endpoint}
  control    ${endpoint}/_simulator/   (settings, faults, outcomes, events, runs, calls)

Point an AWS SDK or the AWS CLI at it:

  export AWS_ENDPOINT_URL_DATAZONE=${endpoint}
  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

What it does, each setting and each fault: docs/SIMULATOR.md. Ctrl-C stops it.
`

/** Posts events to the local stack; of failures in a row, the first is told. */
const postTo = (endpoint: URL) => {
  let isFailing = false
  const deliver = async (event: DataZoneEvent): Promise<void> => {
    const answer = await fetch(new URL('/_local/service-events', endpoint), {
      method: 'POST',
      body: JSON.stringify(event),
    })
    if (!answer.ok) throw new Error(`it answered ${answer.status}: ${await answer.text()}`)
    isFailing = false
  }
  const failed = (error: unknown): void => {
    // What fetch throws says only that it failed: why is in its cause.
    const reason = error instanceof Error ? (error.cause ?? error) : error
    if (!isFailing) console.error(`events do not reach ${endpoint.origin}, and are lost: ${reason}`)
    isFailing = true
  }
  return { deliver, failed }
}

await runAsCommand(async (args) => {
  const { port, seed, assets, catalogue, settings, eventsTo, help } = simulatorFlags(args)
  if (help) {
    console.log(simulatorUsage)
    return 0
  }
  const content = catalogue === undefined ? sampleWithDataSources(assets) : await catalogueFrom(catalogue)
  const stopping = told()
  const server = await startDataZoneServer({ ...settings, port, seed })
  let pump: EventPump | undefined
  try {
    const { control } = server.datazone
    const loaded = control.loadCatalogue(content)
    if (eventsTo !== undefined) {
      const { deliver, failed } = postTo(eventsTo)
      pump = pumpEvents(control, deliver, { failed })
    }
    console.log(usage(server, loaded))
    await stopping
    return 0
  } finally {
    await pump?.stop()
    await server.stop()
  }
})
