import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Page } from '../../page/server/page-server.ts'
import { sampleCatalogue } from '../catalogue/catalogue.ts'
import { elapsed } from '../console/columns.ts'
import type { ValuesOf } from '../flags.ts'
import { type Launched, launch } from '../launch.ts'
import { shutdownSignal } from '../shutdown-signal.ts'
import type { demoCommand } from '../stack-flags.ts'
import { openDemoPage } from './demo-page.ts'
import { figures } from './figures.ts'
import { type StarterLog, starterLog } from './starter-log.ts'
import { discrepancies, type Summary, summarize } from './summary.ts'
import { planTraffic, send, type Traffic } from './traffic.ts'
import { watch } from './watch.ts'

/** How long the demo waits for missing endings after the last Start is due, in seconds of simulated time. */
const patienceSeconds = 600
/** Milliseconds per Start, at just under ten Starts per second. */
const msPerStart = 110

const print = (line: string) => console.log(line)

/** Plays the demo, and returns the exit code. */
export const runDemo = async (flags: ValuesOf<typeof demoCommand>): Promise<number> => {
  const beganMs = performance.now()
  const step = (line: string) => print(`${elapsed(beganMs)} ${line}`)
  const log = starterLog()
  const system = await launch({
    ...flags,
    listOrder: flags['list-order'],
    onStep: step,
    log: (line, source) => (source === 'stack' ? step(line) : log.take(line)),
  })
  let page: Page | undefined
  try {
    page = await openDemoPage(system, flags.assets, step)
    step(`watch it in your browser: ${page.url}`)
    const traffic = planTraffic(sampleCatalogue(flags.assets))
    for (const line of plannedLines(flags, traffic)) step(line)
    const summary = await play(flags, { system, traffic, log, beganMs })
    const wrong = discrepancies(summary)
    print(figures(summary))
    for (const line of wrong) print(`WRONG: ${line}`)
    if (flags.keep) await keepOpen(page.url)
    if (flags.json) print(JSON.stringify(summary))
    return wrong.length === 0 ? 0 : 1
  } finally {
    await page?.close()
    await system.stop()
  }
}

async function keepOpen(url: string): Promise<void> {
  print(`the stack and its page stay up until Ctrl-C: ${url}`)
  await shutdownSignal('demo')
}

function plannedLines({ assets, speed }: ValuesOf<typeof demoCommand>, traffic: Traffic): readonly string[] {
  return [
    `ready: publishing ${assets} assets, and sending ${traffic.messages.length - traffic.bad} requests for the same assets and ${traffic.bad} invalid messages`,
    `simulated runs are ${speed} times faster; expect the first ending in a few seconds`,
  ]
}

/** Sends the traffic, waits until its runs have ended, and returns what happened. */
async function play(
  flags: ValuesOf<typeof demoCommand>,
  parts: { system: Launched; traffic: Traffic; log: StarterLog; beganMs: number },
): Promise<Summary> {
  const { system, traffic, log, beganMs } = parts
  const sqs = new SQSClient(system.stack.connect('sqs'))
  const table = new DynamoDBClient(system.stack.connect('dynamodb'))
  const waitMs = flags.assets * msPerStart + (patienceSeconds * 1000) / flags.speed
  try {
    await send(traffic, system.stack, sqs)
    await watch(system, traffic, { print, beganMs, deadlineMs: performance.now() + waitMs })
    const wallSeconds = (performance.now() - beganMs) / 1000
    return await summarize(system, traffic, log, { ...flags, wallSeconds, table })
  } finally {
    sqs.destroy()
    table.destroy()
  }
}
