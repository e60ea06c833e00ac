import type { ValuesOf } from '../flags.ts'
import { PortInUse } from '../servers/http.ts'
import { usablePort } from '../servers/usable-port.ts'
import type { startCommand } from '../stack-flags.ts'

const services = ['datazone', 'eventbridge', 'sqs', 'dynamodb', 'page'] as const

type ChosenPorts = Awaited<ReturnType<typeof choosePorts>>

const maxStarts = 3

/**
 * Starts a stack on its ports. Another stack may take a default port between the choice and the start: then the ports are
 * chosen again. Rejects with PortInUse for a port that a flag names, and after three starts.
 */
export async function onFreePorts<T>(
  flags: ValuesOf<typeof startCommand>,
  start: (ports: ChosenPorts['ports']) => Promise<T>,
): Promise<Omit<ChosenPorts, 'ports'> & { readonly started: T }> {
  const given = services.map((service) => flags[`${service}-port`]).filter(({ isGiven }) => isGiven)
  for (let starts = 1; ; starts += 1) {
    const { ports, ...chosen } = await choosePorts(flags)
    try {
      return { started: await start(ports), ...chosen }
    } catch (error) {
      if (!(error instanceof PortInUse) || starts === maxStarts) throw error
      if (given.some(({ port }) => port === error.port)) throw error
    }
  }
}

/** Chooses the ports of the servers. Returns them with a note for each default port that is in use. */
async function choosePorts(flags: ValuesOf<typeof startCommand>) {
  const notes: string[] = []
  const choose = async (service: (typeof services)[number]) => {
    const chosen = flags[`${service}-port`]
    // The page listens on 127.0.0.1 only, on whatever host the servers listen.
    const port = await usablePort(service, chosen, service === 'page' ? '127.0.0.1' : flags.host)
    if (port !== chosen.port)
      notes.push(`port ${chosen.port} is in use, so ${service} listens on another port`)
    return port
  }
  const [datazone, eventbridge, sqs, dynamodb, page] = await Promise.all([
    choose('datazone'),
    choose('eventbridge'),
    choose('sqs'),
    choose('dynamodb'),
    choose('page'),
  ])
  return { ports: { datazone, eventbridge, sqs, dynamodb }, pagePort: page, notes }
}
