import { visible } from '../model/format.ts'
import { Icon } from './icon.tsx'
import { toast } from './toast.tsx'

const copy = async (text: string): Promise<void> => {
  try {
    await navigator.clipboard.writeText(text)
    toast('good', 'copied')
  } catch {
    toast('bad', 'the browser does not allow copying')
  }
}

/** A button that copies a text. `what` names it for screen readers. */
export const CopyButton = ({ text, what }: { readonly text: string; readonly what: string }) => (
  <button
    type="button"
    class="plain"
    aria-label={`Copy ${what}`}
    title={`Copy ${what}`}
    onClick={() => void copy(text)}
  >
    <Icon name="copy" size={15} />
  </button>
)

/** A command to paste in a terminal. */
export const CommandLine = ({ command }: { readonly command: string }) => (
  <div class="command">
    {/* It scrolls, so the keyboard must reach it. */}
    <code tabIndex={0}>{visible(command)}</code>
    <CopyButton text={command} what="command" />
  </div>
)
