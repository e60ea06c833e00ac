import { type EventPump, pumpEvents } from './datazone/control/event-pump.ts'
import { type DataZoneServer, startDataZoneServer } from './datazone/http/server.ts'
import type { DataZoneEvent } from './datazone/world/outbox.ts'
import { runAsCommand } from './run-as-command.ts'
import { shutdownSignal } from './shutdown-signal.ts'
import { catalogueFrom, sampleWithDataSources } from './simulator-catalogue.ts'
import { simulatorFlags, simulatorUsage } from './simulator-flags.ts'

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const usage = ({ endpoint }: DataZoneServer, loaded: { domains: number; assets: number }): string => `
The DataZone simulator is listening, with ${plural(loaded.assets, 'asset')} in ${plural(loaded.domains, 'domain')}.

  endpoint   ${endpoint}
  control    ${endpoint}/_simulator/   (settings, faults, outcomes, events, runs, calls)

Point an AWS SDK or the AWS CLI at it:

  export AWS_ENDPOINT_URL_DATAZONE=${endpoint}
  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

docs/SIMULATOR.md explains its operations, settings and faults. Ctrl-C stops it.
`

/** Returns functions that post events to the local stack and print the first of several failures in a row. */
const postTo = (endpoint: URL) => {
  let isFailing = false
  const deliver = async (event: DataZoneEvent): Promise<void> => {
    const answer = await fetch(new URL('/_local/service-events', endpoint), {
      method: 'POST',
      body: JSON.stringify(event),
    })
    if (!answer.ok) throw new Error(`the stack answered ${answer.status}: ${await answer.text()}`)
    isFailing = false
  }
  const failed = (error: unknown): void => {
    // The error of fetch says only that it failed; its cause says why.
    const reason = error instanceof Error ? (error.cause ?? error) : error
    if (!isFailing) console.error(`events do not reach ${endpoint.origin} and are lost: ${reason}`)
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
  const stopping = shutdownSignal('simulator')
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
