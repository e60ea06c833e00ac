import { listen } from './http.ts'

/** A port that was free a moment ago, or the given one if it still is; for servers that cannot report the port they took. */
export async function freePort(name: string, port = 0): Promise<number> {
  const probe = await listen(name, () => {}, port)
  await probe.close()
  return probe.port
}
