import { useLive } from '../../live.ts'
import { Group } from './group.tsx'
import { HeldQueue } from './held-queue.tsx'
import { Pauses } from './pauses.tsx'

/** Parked requests by their reason, with the commands that release them, and the messages that wait for an operator. */
export const WaitingView = () => {
  const { overview, hello } = useLive('overview', 'hello')
  if (overview === undefined) return <p class="empty">Reading the table …</p>
  const heldIn = (queue: string): number => {
    const line = overview.queues.find(({ name }) => name === queue)
    // A redrive hides the messages that it shows, so the hidden ones count: its dialog must not close under the reader.
    return line === undefined ? 0 : line.waiting + line.hidden
  }
  return (
    <div class="stack">
      {overview.waiting.length === 0 && (
        <p class="card empty">Nothing waits. Requests start as they arrive.</p>
      )}
      {overview.waiting.map((group) => (
        <Group key={group.reason} group={group} />
      ))}
      <HeldQueue queue="dead" count={heldIn('dead letters')} />
      <HeldQueue queue="rejected" count={heldIn('rejected')} />
      <Pauses canChange={hello?.canChange === true} />
    </div>
  )
}
