import { useLive } from '../../live.ts'
import { Group } from './group.tsx'
import { HeldQueue } from './held-queue.tsx'
import { Pauses } from './pauses.tsx'

/** Parked work by why it waits, and what releases it. */
export const WaitingView = () => {
  const { overview, hello } = useLive('overview', 'hello')
  if (overview === undefined) return <p class="empty">Reading the table …</p>
  const waitingIn = (queue: string) => overview.queues.find(({ name }) => name === queue)?.waiting ?? 0
  return (
    <div class="stack">
      {overview.waiting.length === 0 && <p class="card empty">Nothing waits. Requests start as they come.</p>}
      {overview.waiting.map((group) => (
        <Group key={group.reason} group={group} />
      ))}
      <HeldQueue shelf="dead" waiting={waitingIn('dead letters')} />
      <HeldQueue shelf="rejected" waiting={waitingIn('rejected')} />
      <Pauses canChange={hello?.canChange === true} />
    </div>
  )
}
