import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { referencePage } from './reference.ts'

await writeFile(join(import.meta.dirname, '..', 'docs', 'CLI.md'), await referencePage())
