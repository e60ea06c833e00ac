import type { ValuesOf } from '../flags.ts'
import { usablePort } from '../servers/usable-port.ts'
import type { startCommand } from '../stack-flags.ts'

const services = ['datazone', 'eventbridge', 'sqs', 'dynamodb', 'page'] as const

/** The ports of the servers, and a note for each default port that is taken. */
export async function startPorts(flags: ValuesOf<typeof startCommand>) {
  const taken: string[] = []
  const choose = async (service: (typeof services)[number]) => {
    const chosen = flags[`${service}-port`]
    // The page listens on loopback only, whatever the host of the others is.
    const port = await usablePort(service, chosen, service === 'page' ? '127.0.0.1' : flags.host)
    if (port !== chosen.port) taken.push(`port ${chosen.port} is taken, so ${service} listens on another one`)
    return port
  }
  const [datazone, eventbridge, sqs, dynamodb, page] = await Promise.all([
    choose('datazone'),
    choose('eventbridge'),
    choose('sqs'),
    choose('dynamodb'),
    choose('page'),
  ])
  return { ports: { datazone, eventbridge, sqs, dynamodb }, pagePort: page, taken }
}
