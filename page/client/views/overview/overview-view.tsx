import { useLive } from '../../live.ts'
import { Concerns } from './concerns.tsx'
import { Figures } from './figures.tsx'
import { History } from './history.tsx'
import { LastEndings } from './last-endings.tsx'
import { Machinery } from './machinery.tsx'
import { WaitingReasons } from './waiting-reasons.tsx'

/** The state of the whole stack at a glance. */
export const OverviewView = () => {
  const { overview } = useLive('overview')
  if (overview === undefined) return <p class="empty">Reading the table …</p>
  return (
    <div class="stack">
      <Concerns overview={overview} />
      <Figures overview={overview} />
      <History overview={overview} />
      <div class="grid-3">
        <WaitingReasons overview={overview} />
        <Machinery overview={overview} />
        <LastEndings />
      </div>
    </div>
  )
}
