import type { PortChoice } from '../flags.ts'
import { listen } from './http.ts'

/** Returns the chosen port, or 0 for any free one if a port that was only the default is taken. */
export async function usablePort(name: string, { port, isGiven }: PortChoice, host: string): Promise<number> {
  if (isGiven) return port
  try {
    const probe = await listen(name, () => {}, { port, host })
    await probe.close()
    return port
  } catch {
    return 0
  }
}
