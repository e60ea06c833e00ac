import { useEffect, useState } from 'preact/hooks'

export const themes = ['system', 'light', 'dark'] as const
/** `system` follows the viewer's system. */
export type Theme = (typeof themes)[number]

const key = 'theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

const kept = (): Theme => themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system'

const apply = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  for (const listener of listeners) listener()
}

export const chosenTheme = kept

/** Chooses a theme, and remembers it. */
export const chooseTheme = (theme: Theme): void => {
  localStorage.setItem(key, theme)
  apply(theme)
}

const shown = (): 'light' | 'dark' => {
  const theme = kept()
  return theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
}

/** The theme that is shown; the component renders again when it changes. */
export const useTheme = (): 'light' | 'dark' => {
  const [theme, setTheme] = useState(shown)
  useEffect(() => {
    const listener = () => setTheme(shown())
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
  return theme
}

dark.addEventListener('change', () => apply(kept()))
apply(kept())
