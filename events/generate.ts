import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { CancelRequest } from '../lib/contracts/cancel-request.ts'
import { PolicyFile } from '../lib/contracts/policy-file.ts'
import { RunEventDetail } from '../lib/contracts/run-event.ts'
import { RunRequest } from '../lib/contracts/run-request.ts'
import { samples } from './samples.ts'

/**
 * Writes the JSON Schemas and samples of every message and event, from the code's own schemas: `npm run events`. A test
 * fails when the committed files differ.
 */

const schemaOf = (title: string, description: string, schema: z.core.$ZodType): object => ({
  title,
  description,
  ...z.toJSONSchema(schema, { io: 'input' }),
})

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Returns the content of every generated file by its path under events/. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'run-request.schema.json': pretty(
    schemaOf('RunRequest', 'A message on the request queue that asks for a run, version 1.', RunRequest),
  ),
  'cancel-request.schema.json': pretty(
    schemaOf(
      'CancelRequest',
      'A message on the request queue, or the detail of a Run Cancel Requested event, that asks for runs to be canceled, version 1.',
      CancelRequest,
    ),
  ),
  'run-event.schema.json': pretty(
    schemaOf(
      'RunEventDetail',
      'The detail of every event that the orchestrator puts on the run bus, version 1. Ignore fields that you do not know.',
      RunEventDetail,
    ),
  ),
  ...Object.fromEntries(
    Object.entries(samples()).map(([name, sample]) => [`samples/${name}.json`, pretty(sample)]),
  ),
})

/** Returns the content of `config/policy.schema.json`, which editors find by the `$schema` of a policy file. */
export const policySchema = (): string =>
  pretty(
    schemaOf(
      'Policy',
      'Which assets are run, and with which types, retries and limits, version 1.',
      PolicyFile,
    ),
  )

if (import.meta.main) {
  await mkdir(join(import.meta.dirname, 'samples'), { recursive: true })
  for (const [path, content] of Object.entries(generatedFiles())) {
    await writeFile(join(import.meta.dirname, path), content)
  }
  await writeFile(join(import.meta.dirname, '..', 'config', 'policy.schema.json'), policySchema())
}
