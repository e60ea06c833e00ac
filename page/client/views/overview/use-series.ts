import { useEffect, useState } from 'preact/hooks'
import type { PlotWindow, Series } from '../../../shared/protocol.ts'
import { getJson } from '../../api.ts'

const refreshMs = 3000

/** The series of a window, read again every few seconds while it is shown. */
export const useSeries = (window: PlotWindow): Series | undefined => {
  const [series, setSeries] = useState<Series>()
  useEffect(() => {
    let isShown = true
    const read = async () => {
      const next = await getJson<Series>(`/api/series?window=${window}`).catch(() => undefined)
      if (isShown && next !== undefined) setSeries(next)
    }
    void read()
    const timer = setInterval(() => void read(), refreshMs)
    return () => {
      isShown = false
      clearInterval(timer)
    }
  }, [window])
  return series
}
