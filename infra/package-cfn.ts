import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { releasedTemplate } from './released-template.ts'

/**
 * Writes a released template, the zip files of the functions and their SHA-256 sums to dist/cfn/<stage>/, for a
 * deployment without the Serverless Framework: `npm run package:cfn -- --stage prod`.
 */
const root = resolve(import.meta.dirname, '..')
const { stage } = parseArgs({ options: { stage: { type: 'string', default: 'prod' } } }).values
const folder = join(root, 'dist', 'cfn', stage)
const packaged = join(folder, 'packaged')

await rm(folder, { recursive: true, force: true })
await mkdir(packaged, { recursive: true })
const serverless = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js')
execFileSync(process.execPath, [serverless, 'package', '--stage', stage, '--package', packaged], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
})

const files = new Map<string, string>()
const sums: string[] = []
for (const zip of ['starter.zip', 'poller.zip', 'observer.zip', 'notifier.zip']) {
  const sum = createHash('sha256')
    .update(await readFile(join(packaged, zip)))
    .digest('hex')
  // The name changes with the code: CloudFormation updates a function only when its key does.
  const file = zip.replace('.zip', `-${sum.slice(0, 12)}.zip`)
  await copyFile(join(packaged, zip), join(folder, file))
  files.set(zip, file)
  sums.push(`${sum}  ${file}`)
}
const fileOf = (zip: string): string => {
  const file = files.get(zip)
  if (file === undefined)
    throw new Error(`the template refers to ${zip}, which is not packaged; add it to the list of zip files`)
  return file
}
const text = await readFile(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8')
await writeFile(
  join(folder, 'template.json'),
  `${JSON.stringify(releasedTemplate(JSON.parse(text), fileOf), undefined, 2)}\n`,
)
await writeFile(join(folder, 'SHA256SUMS'), `${sums.join('\n')}\n`)
await rm(packaged, { recursive: true })
console.log(`wrote template.json, ${files.size} zip files and SHA256SUMS to ${folder}`)
