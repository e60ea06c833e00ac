import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import type { PlannedChangeView } from '../../shared/protocol.ts'
import { postJson } from '../api.ts'
import { useLive } from '../live.ts'
import { visible } from '../model/format.ts'
import { Dialog } from './dialog.tsx'
import { HeldMessages } from './held-messages.tsx'
import { toast } from './toast.tsx'

/** Calls the server, and shows the error when it refuses. */
const orToast = async (act: () => Promise<unknown>): Promise<void> => {
  try {
    await act()
  } catch (error) {
    toast('bad', error instanceof Error ? error.message : String(error))
  }
}

interface ConfirmationProps {
  readonly plan: PlannedChangeView
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** What would change, and the buttons that confirm it or leave everything as it is. */
const Confirmation = ({ plan, onConfirm, onClose }: ConfirmationProps) => (
  <>
    <p>{visible(plan.detail)}</p>
    {plan.lines.length > 0 && (
      <ul class="mono small wrap" style={{ maxHeight: '30dvh', overflow: 'auto', marginTop: '8px' }}>
        {plan.lines.map((line) => (
          <li key={line}>{visible(line)}</li>
        ))}
      </ul>
    )}
    {plan.messages !== undefined && <HeldMessages messages={plan.messages} />}
    <div class="dialog-foot">
      <button type="button" onClick={onClose}>
        Change nothing
      </button>
      {(plan.messages === undefined || plan.count > 0) && (
        <button type="button" class="primary" onClick={onConfirm}>
          {visible(plan.title.split(':')[0] ?? '')} ({plan.count})
        </button>
      )}
    </div>
  </>
)

interface ChangeProps {
  /** The body of the request to `/api/changes/plan`. */
  readonly change: object
  readonly isDangerous?: boolean
  readonly children: ComponentChildren
}

/** A button that changes the stack. The server works out what would change; a dialog shows it with its count and asks. */
export const ChangeButton = ({ change, isDangerous = false, children }: ChangeProps) => {
  const { hello } = useLive('hello')
  const [plan, setPlan] = useState<PlannedChangeView>()
  if (hello?.canChange !== true) return null
  const ask = () =>
    orToast(async () => setPlan(await postJson<PlannedChangeView>('/api/changes/plan', change)))
  const close = () => {
    // The dialog also closes after a confirmation: then there is no plan to discard.
    if (plan === undefined) return
    setPlan(undefined)
    void orToast(() => postJson('/api/changes/discard', { id: plan.id }))
  }
  const confirm = ({ id, count }: PlannedChangeView) =>
    orToast(async () => {
      setPlan(undefined)
      const { done } = await postJson<{ done: string }>('/api/changes/confirm', { id, count })
      toast('good', done)
    })
  return (
    <>
      <button type="button" class={isDangerous ? 'danger' : ''} onClick={() => void ask()}>
        {children}
      </button>
      <Dialog title={visible(plan?.title ?? '')} isOpen={plan !== undefined} onClose={close}>
        {plan !== undefined && (
          <Confirmation plan={plan} onConfirm={() => void confirm(plan)} onClose={close} />
        )}
      </Dialog>
    </>
  )
}
