import type { Page as Tab } from 'playwright-core'

/** Returns the violations that axe finds in a tab where its source is loaded, of all rules or only of these. */
export const violationsIn = async (tab: Tab, rules?: readonly string[]): Promise<readonly string[]> => {
  const found: readonly { id: string; nodes: readonly { html: string }[] }[] = await tab.evaluate(
    `axe.run(${rules === undefined ? '' : JSON.stringify({ runOnly: rules })}).then(({ violations }) => violations)`,
  )
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' | ')}`)
}

/** Returns the elements that extend beyond the right edge of the window. */
export const overflowIn = (tab: Tab): Promise<readonly string[]> =>
  tab.evaluate(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth)
      .map((element) => element.outerHTML.slice(0, 120))
  })()`)

/** Returns `overflowIn` with text as wide as the widest system font would set it: fonts differ between machines. */
export const overflowOfWideText = async (tab: Tab): Promise<readonly string[]> => {
  await tab.evaluate("document.documentElement.style.letterSpacing = '0.1em'")
  const overflow = await overflowIn(tab)
  await tab.evaluate("document.documentElement.style.letterSpacing = ''")
  return overflow
}

/** Returns whether a script of an attacker ran in the tab, and the number of images that an attacker has inserted. */
export const attacksIn = (tab: Tab): Promise<readonly [boolean, number]> =>
  tab.evaluate("['attacked' in window, document.querySelectorAll('img[src=x]').length]")
