import { Dialog } from './dialog.tsx'

const keys: readonly (readonly [string, string])[] = [
  ['/', 'search runs'],
  ['j', 'next run or event'],
  ['k', 'previous run or event'],
  ['Enter', 'open it'],
  ['1', 'to 6: the views in their order'],
  ['?', 'this help'],
  ['Esc', 'leave a field, close a dialog'],
]

/** The list of keyboard shortcuts. */
export const Help = ({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) => (
  <Dialog title="Keys" isOpen={isOpen} onClose={onClose}>
    <dl class="facts">
      {keys.map(([key, what]) => (
        <>
          <dt key={key}>
            <kbd>{key}</kbd>
          </dt>
          <dd>{what}</dd>
        </>
      ))}
    </dl>
    <div class="dialog-foot">
      <button type="button" onClick={onClose}>
        Close
      </button>
    </div>
  </Dialog>
)
