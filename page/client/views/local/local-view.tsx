import { Outcomes } from './outcomes.tsx'
import { Publish } from './publish.tsx'
import { SendRequest } from './send-request.tsx'
import { Switches } from './switches.tsx'
import { TimeAndWorkers } from './time-and-workers.tsx'

/** What only a local stack offers: publish assets, send requests, set faults, move the clock. */
export const LocalView = () => (
  <div class="grid-2">
    <div class="stack" style={{ alignContent: 'start' }}>
      <Publish />
      <Switches />
    </div>
    <div class="stack" style={{ alignContent: 'start' }}>
      <SendRequest />
      <TimeAndWorkers />
      <Outcomes />
    </div>
  </div>
)
