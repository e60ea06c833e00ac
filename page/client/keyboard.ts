const actions = new Map<string, (() => void)[]>()

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))

/** Runs an action when a key is pressed outside of a field. The one that was added last wins. Returns what ends it. */
export const onKey = (key: string, action: () => void): (() => void) => {
  actions.set(key, [...(actions.get(key) ?? []), action])
  return () => {
    actions.set(
      key,
      (actions.get(key) ?? []).filter((one) => one !== action),
    )
  }
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === 'Escape' && isTyping(event.target) && event.target instanceof HTMLElement)
    event.target.blur()
  // Enter on a link or button is that control's own.
  const isControl =
    event.target instanceof HTMLElement && event.target.closest('a, button, summary, dialog') !== null
  if (isTyping(event.target) || (isControl && event.key === 'Enter')) return
  const action = actions.get(event.key)?.at(-1)
  if (action === undefined) return
  event.preventDefault()
  action()
})
