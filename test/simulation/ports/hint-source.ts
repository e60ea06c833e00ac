import { serviceEventNames } from '../../../lib/contracts/service-event.ts'
import type { DataZone } from '../../../local/datazone/datazone.ts'
import type { OperationName } from '../../../local/datazone/operations/operations.ts'
import type { VirtualTime } from './clock.ts'

/**
 * Stands in for the default bus and its rule: sends each event of the simulator to the hint queue when it reaches the bus.
 * Returns the simulator to call instead, since each call, and each action of a portal user, may lead to a new event.
 */
export const deliverHints = (
  time: VirtualTime,
  datazone: DataZone,
  sendHint: (body: string) => void,
): DataZone => {
  let nextAtMs = Number.POSITIVE_INFINITY
  const scheduleNextEvent = () => {
    const nextMs = datazone.control.nextEventMs()
    if (nextMs === undefined || nextMs >= nextAtMs) return
    nextAtMs = nextMs
    time.at(nextMs, () => {
      if (nextAtMs === nextMs) nextAtMs = Number.POSITIVE_INFINITY
      for (const { event } of datazone.control.takeEvents()) {
        if (serviceEventNames.includes(event['detail-type'])) sendHint(JSON.stringify(event))
      }
      scheduleNextEvent()
    })
  }
  return {
    ...datazone,
    control: {
      ...datazone.control,
      startScheduledRun: (source) => {
        const run = datazone.control.startScheduledRun(source)
        scheduleNextEvent()
        return run
      },
      acceptSuggestions: (asset) => {
        const accepted = datazone.control.acceptSuggestions(asset)
        scheduleNextEvent()
        return accepted
      },
    },
    call: <Name extends OperationName>(operation: Name, input: unknown) => {
      const answer = datazone.call(operation, input)
      scheduleNextEvent()
      return answer
    },
  }
}
