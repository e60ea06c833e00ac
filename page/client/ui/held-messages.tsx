import type { HeldMessageView } from '../../shared/protocol.ts'
import { shortened, visible } from '../model/format.ts'
import { JsonTree } from './json-tree.tsx'
import { Ago } from './time.tsx'

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

const Message = ({ message }: { readonly message: HeldMessageView }) => {
  const { sentAtMs, reasons, problems, body } = message
  const isSent = problems.length === 0
  return (
    <li>
      <p class="row">
        <span class={`status tone tone-${isSent ? 'good' : 'late'}`}>
          <span class="glyph" aria-hidden="true">
            {isSent ? '↻' : '!'}
          </span>
          {isSent ? 'is sent again' : 'stays: it would be rejected again'}
        </span>
        {sentAtMs !== undefined && (
          <span class="muted small end">
            sent <Ago atMs={sentAtMs} />
          </span>
        )}
      </p>
      {[...new Set([...reasons, ...problems])].map((reason) => (
        <p class="small muted wrap" key={reason}>
          {visible(shortened(reason, 400))}
        </p>
      ))}
      <JsonTree name="body" value={parsed(body)} />
    </li>
  )
}

/** The messages of a redrive, each with the reason why it is in the queue and its body. */
export const HeldMessages = ({ messages }: { readonly messages: readonly HeldMessageView[] }) => (
  <ul class="held" aria-label="Messages">
    {messages.map((message) => (
      <Message key={message.id} message={message} />
    ))}
  </ul>
)
