import { plural } from '../../model/format.ts'
import { ChangeButton } from '../../ui/change.tsx'
import { CommandLine } from '../../ui/command.tsx'

const words = {
  dead: {
    title: 'Dead letters',
    tone: 'bad',
    text: 'Handling failed five times for {count}. Fix the cause, then redrive.',
    button: 'Look and redrive',
  },
  rejected: {
    title: 'Rejected requests',
    tone: 'rejected',
    text: 'The starter rejected {count}; the button shows each with its reasons. Their senders must fix and resend them; redrive them after a change of the policy or the deployment.',
    button: 'Look and redrive',
  },
} as const

/** A queue that holds messages for an operator, with the button that shows them and sends them again. */
export const HeldQueue = ({
  queue,
  count,
}: {
  readonly queue: keyof typeof words
  /** Messages in the queue, hidden ones included. */
  readonly count: number
}) => {
  const { title, tone, text, button } = words[queue]
  const [before, after] = text.split('{count}')
  if (count === 0) return null
  return (
    <section class={`card call tone tone-${tone}`} id={queue}>
      <h2>{title}</h2>
      <p style={{ marginBottom: '8px' }}>
        {before}
        {plural(count, 'message')}
        {after}
      </p>
      <div class="row">
        <div class="command-place">
          <CommandLine command={`dzrun redrive ${queue}`} />
        </div>
        <ChangeButton change={{ action: 'redrive', queue }}>{button}</ChangeButton>
      </div>
    </section>
  )
}
