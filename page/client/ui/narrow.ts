import { useEffect, useState } from 'preact/hooks'

const query = matchMedia('(max-width: 860px)')

/** Whether the window is as narrow as a phone. */
export const useNarrow = (): boolean => {
  const [isNarrow, setNarrow] = useState(query.matches)
  useEffect(() => {
    const listener = () => setNarrow(query.matches)
    query.addEventListener('change', listener)
    return () => query.removeEventListener('change', listener)
  }, [])
  return isNarrow
}
