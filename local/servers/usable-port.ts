import type { PortChoice } from '../flags.ts'
import { listen } from './http.ts'

/** Returns the chosen port, or 0 for any free port when a default port is in use. */
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
