import { postJson } from '../../api.ts'
import { toast } from '../../ui/toast.tsx'

/** Calls the control API of the simulated DataZone. */
export const simulator = <T>(call: string, body?: object): Promise<T> =>
  postJson<T>('/api/local/simulator', { call, ...(body === undefined ? {} : { body }) })

/** Runs an action of the viewer, and shows whether it worked. */
export const attempt = async (what: string, act: () => Promise<unknown>): Promise<void> => {
  try {
    await act()
    toast('good', what)
  } catch (error) {
    toast('bad', error instanceof Error ? error.message : String(error))
  }
}
