import { listen } from './http.ts'

/** Returns a free port, or the given one if it is free. For servers that cannot report which port they took. */
export async function freePort(name: string, port = 0): Promise<number> {
  const probe = await listen(name, () => {}, { port })
  await probe.close()
  return probe.port
}
