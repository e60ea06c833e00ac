import { serviceEventNames } from '../../../lib/contracts/service-event.ts'
import type { DataZone } from '../../../local/datazone/datazone.ts'
import type { OperationName } from '../../../local/datazone/operations/operations.ts'
import type { VirtualTime } from './clock.ts'

/**
 * The default bus and its rule: brings the simulator's own events to the hint queue, at the moment they reach the
 * bus. Answers the simulator to be called in its place, since what is to happen is known once a Start took effect, or
 * a user of the portal did something.
 */
export const deliverHints = (
  time: VirtualTime,
  datazone: DataZone,
  hear: (body: string) => void,
): DataZone => {
  let nextAtMs = Number.POSITIVE_INFINITY
  const look = () => {
    const nextMs = datazone.control.nextEventMs()
    if (nextMs === undefined || nextMs >= nextAtMs) return
    nextAtMs = nextMs
    time.at(nextMs, () => {
      if (nextAtMs === nextMs) nextAtMs = Number.POSITIVE_INFINITY
      for (const { event } of datazone.control.takeEvents()) {
        if (serviceEventNames.includes(event['detail-type'])) hear(JSON.stringify(event))
      }
      look()
    })
  }
  return {
    ...datazone,
    control: {
      ...datazone.control,
      startScheduledRun: (source) => {
        const run = datazone.control.startScheduledRun(source)
        look()
        return run
      },
      acceptSuggestions: (asset) => {
        const accepted = datazone.control.acceptSuggestions(asset)
        look()
        return accepted
      },
    },
    call: <Name extends OperationName>(operation: Name, input: unknown) => {
      const answer = datazone.call(operation, input)
      look()
      return answer
    },
  }
}
