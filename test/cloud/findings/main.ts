import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answersOf, disagreements } from './answers.ts'
import { writeTemplates } from './templates.ts'
import { tools } from './tools.ts'

/** Runs the tools that check-template installed in a folder: `main.ts <folder> <tool ...>`. */
const [folder = '', ...names] = process.argv.slice(2)
const page = join(import.meta.dirname, '../../../docs/SECURITY-FINDINGS.md')
const answers = answersOf(await readFile(page, 'utf8'))
const paths = await writeTemplates(await mkdtemp(join(tmpdir(), 'templates-')))

for (const name of names) {
  const tool = tools[name]
  if (tool === undefined) throw new Error(`no tool ${name}: name one of ${Object.keys(tools).join(', ')}`)
  const own = answers.filter((answer) => answer.tool === name)
  for (const template of tool.reads) {
    const found = await tool.run(paths[template], folder)
    const problems = disagreements(template, found, own)
    console.log(`${name}, template ${template}: ${found.length} findings, ${problems.length} disagreements`)
    for (const problem of problems) console.error(`  ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }
}
