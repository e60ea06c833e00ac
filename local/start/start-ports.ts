import type { ValuesOf } from '../flags.ts'
import { usablePort } from '../servers/usable-port.ts'
import type { startCommand } from '../stack-flags.ts'

const services = ['datazone', 'eventbridge', 'sqs', 'dynamodb', 'page'] as const

/** Chooses the ports of the servers. Returns them with a note for each default port that is in use. */
export async function startPorts(flags: ValuesOf<typeof startCommand>) {
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
