import { useEffect, useState } from 'preact/hooks'
import { visible } from '../model/format.ts'

interface Message {
  readonly tone: 'good' | 'bad'
  readonly text: string
}

let show: (message: Message) => void = () => {}

/** Shows for six seconds how an action ended. */
export const toast = (tone: Message['tone'], text: string): void => show({ tone, text })

const shownMs = 6000

/** Where messages appear; screen readers read them out. */
export const Toasts = () => {
  const [message, setMessage] = useState<Message>()
  show = setMessage
  useEffect(() => {
    if (message === undefined) return undefined
    const timer = setTimeout(() => setMessage(undefined), shownMs)
    return () => clearTimeout(timer)
  }, [message])
  return (
    <div role="status">
      {message !== undefined && <div class={`toast tone tone-${message.tone}`}>{visible(message.text)}</div>}
    </div>
  )
}
