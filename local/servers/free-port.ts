import { listen } from './http.ts'

/**
 * Returns the given port if it is free, or else throws; without one, any free port. For servers that cannot report
 * their port.
 */
export async function freePort(name: string, port = 0): Promise<number> {
  const probe = await listen(name, () => {}, { port })
  await probe.close()
  return probe.port
}
