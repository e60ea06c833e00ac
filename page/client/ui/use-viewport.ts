import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** Which part of a scrolling element is in view, in pixels. */
export interface Viewport {
  readonly top: number
  readonly height: number
}

/**
 * The part of `frame` that is in view, and its scroll handler. A ResizeObserver reports the height, because reading it at
 * each render would force a layout.
 */
export const useViewport = (
  frame: RefObject<HTMLElement | null>,
): readonly [viewport: Viewport, onScroll: (event: { readonly currentTarget: HTMLElement }) => void] => {
  const [viewport, setViewport] = useState<Viewport>({ top: 0, height: 800 })
  useEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const resize = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setViewport(({ top }) => ({ top, height: entry.contentRect.height }))
    })
    resize.observe(element)
    return () => resize.disconnect()
  }, [])
  return [
    viewport,
    ({ currentTarget }) => setViewport({ top: currentTarget.scrollTop, height: currentTarget.clientHeight }),
  ]
}
