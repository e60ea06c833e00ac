import { readFile } from 'node:fs/promises'
import * as sdk from '@aws-sdk/client-datazone'
import { driftOf, knownDrift } from './datazone/model/drift.ts'
import { model } from './datazone/model/model.ts'
import { runAsCommand } from './run-as-command.ts'

const manifest = new URL('../node_modules/@aws-sdk/client-datazone/package.json', import.meta.url)

/** Lists what differs between the simulator's service model and the installed SDK; exits with 1 for what is not known. */
await runAsCommand(async () => {
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  const found = driftOf(sdk)
  const unknown = found.filter((line) => knownDrift[line] === undefined)
  console.log(
    `${Object.keys(model.operations).length} operations compared with @aws-sdk/client-datazone ${version}`,
  )
  for (const line of found)
    console.log(`- ${line}${knownDrift[line] === undefined ? '' : ` (${knownDrift[line]})`}`)
  if (unknown.length > 0) console.log('Bring local/datazone/model/datazone.json up to date.')
  return unknown.length > 0 ? 1 : 0
})
