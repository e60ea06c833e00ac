import { useEffect, useState } from 'preact/hooks'

/** The address of the page. It is the only state of navigation, so that a link or a reload shows the same view. */
export interface Place {
  readonly path: string
  readonly query: URLSearchParams
}

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) })
const listeners = new Set<() => void>()
let place = here()

const moved = (): void => {
  place = here()
  for (const listener of listeners) listener()
}
addEventListener('popstate', moved)

/** Goes to an address of the page. `replace` adds no step to the history, for filters that change with each key. */
export const go = (href: string, { replace = false } = {}): void => {
  if (replace) history.replaceState(null, '', href)
  else history.pushState(null, '', href)
  if (!replace) scrollTo(0, 0)
  moved()
  // The part that the hash names is rendered by the next frame.
  if (location.hash !== '')
    requestAnimationFrame(() => document.getElementById(location.hash.slice(1))?.scrollIntoView())
}

/** Changes the query of the current address. */
export const setQuery = (query: Readonly<Record<string, string>>): void => {
  const text = new URLSearchParams(query).toString()
  go(text === '' ? location.pathname : `${location.pathname}?${text}`, { replace: true })
}

/** The current place; the component renders again when it changes. */
export const usePlace = (): Place => {
  const [, redraw] = useState(0)
  useEffect(() => {
    const listener = () => redraw((count) => count + 1)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return place
}

/** Follows links within the page without loading it again. */
export const followLinks = (): void => {
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey)
      return
    const anchor = event.target instanceof Element ? event.target.closest('a') : null
    if (
      anchor === null ||
      anchor.origin !== location.origin ||
      anchor.hasAttribute('download') ||
      anchor.target !== ''
    )
      return
    event.preventDefault()
    go(`${anchor.pathname}${anchor.search}${anchor.hash}`)
  })
}

/** The address of a run's view. */
export const runHref = (run: {
  readonly domainId: string
  readonly kind: string
  readonly target: string
  readonly record?: string
}): string =>
  `/run/${run.domainId}/${run.kind}/${encodeURIComponent(run.target)}${run.record === undefined ? '' : `?record=${encodeURIComponent(run.record)}`}`
