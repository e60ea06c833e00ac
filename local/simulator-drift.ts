import { readFile } from 'node:fs/promises'
import * as sdk from '@aws-sdk/client-datazone'
import { driftOf, knownDrift } from './datazone/model/drift.ts'
import { model } from './datazone/model/model.ts'
import { runAsCommand } from './run-as-command.ts'

const manifest = new URL('../node_modules/@aws-sdk/client-datazone/package.json', import.meta.url)

/**
 * Lists the differences between the simulator's service model and the installed SDK. The exit code is 1 for an unknown
 * difference.
 */
await runAsCommand(async () => {
  const { version } = JSON.parse(await readFile(manifest, 'utf8'))
  const found = driftOf(sdk)
  const unknown = found.filter((line) => knownDrift[line] === undefined)
  console.log(
    `${Object.keys(model.operations).length} operations compared with @aws-sdk/client-datazone ${version}`,
  )
  for (const line of found)
    console.log(`- ${line}${knownDrift[line] === undefined ? '' : ` (${knownDrift[line]})`}`)
  if (unknown.length > 0)
    console.log('Update local/datazone/model/datazone.json, or add the difference to knownDrift in drift.ts.')
  return unknown.length > 0 ? 1 : 0
})
