import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { PlannedChangeView } from '../../shared/protocol.ts'
import { postJson } from '../api.ts'
import { useLive } from '../live.ts'
import { visible } from '../model/format.ts'
import { Dialog } from './dialog.tsx'
import { toast } from './toast.tsx'

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

interface ChangeProps {
  /** The change, as the server takes it. */
  readonly change: object
  readonly isDangerous?: boolean
  readonly disabled?: boolean
  readonly children: ComponentChildren
}

/** A button that changes the stack. The server works out what would change; a dialog shows it with its count and asks. */
export const ChangeButton = ({ change, isDangerous = false, disabled = false, children }: ChangeProps) => {
  const { hello } = useLive('hello')
  const [plan, setPlan] = useState<PlannedChangeView>()
  if (hello?.canChange !== true) return null
  const ask = async () => {
    try {
      setPlan(await postJson<PlannedChangeView>('/api/changes/plan', change))
    } catch (error) {
      toast('bad', wordsOf(error))
    }
  }
  const confirm = async ({ id, count }: PlannedChangeView) => {
    setPlan(undefined)
    try {
      const { done } = await postJson<{ done: string }>('/api/changes/confirm', { id, count })
      toast('good', done)
    } catch (error) {
      toast('bad', wordsOf(error))
    }
  }
  return (
    <>
      <button
        type="button"
        class={isDangerous ? 'danger' : ''}
        disabled={disabled}
        onClick={() => void ask()}
      >
        {children}
      </button>
      <Dialog
        title={visible(plan?.title ?? '')}
        isOpen={plan !== undefined}
        onClose={() => setPlan(undefined)}
      >
        {plan !== undefined && (
          <>
            <p>{visible(plan.detail)}</p>
            {plan.lines.length > 0 && (
              <ul class="mono small wrap" style={{ maxHeight: '30dvh', overflow: 'auto', marginTop: '8px' }}>
                {plan.lines.map((line) => (
                  <li key={line}>{visible(line)}</li>
                ))}
              </ul>
            )}
            <div class="dialog-foot">
              <button type="button" onClick={() => setPlan(undefined)}>
                Change nothing
              </button>
              <button type="button" class="primary" onClick={() => void confirm(plan)}>
                {visible(plan.title.split(':')[0] ?? '')} ({plan.count})
              </button>
            </div>
          </>
        )}
      </Dialog>
    </>
  )
}
