import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { CancelRequest } from '../lib/contracts/cancel-request.ts'
import { PolicyFile } from '../lib/contracts/policy-file.ts'
import { RunEventDetail } from '../lib/contracts/run-event.ts'
import { RunRequest } from '../lib/contracts/run-request.ts'
import { samples } from './samples.ts'

/**
 * Writes the JSON Schemas and samples of what crosses the wire, from the code's own schemas. A test fails when the
 * files here are not what this would write: run `npm run events`.
 */

const schemaOf = (title: string, description: string, schema: z.core.$ZodType): object => ({
  title,
  description,
  ...z.toJSONSchema(schema, { io: 'input' }),
})

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

/** Every generated file by its path under events/. */
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
      'The detail of every event on the run bus, version 1. Ignore fields you do not know.',
      RunEventDetail,
    ),
  ),
  ...Object.fromEntries(
    Object.entries(samples()).map(([name, sample]) => [`samples/${name}.json`, pretty(sample)]),
  ),
})

/** `config/policy.schema.json`, which editors find by the policy's `$schema`. */
export const policySchema = (): string =>
  pretty(schemaOf('Policy', 'Which assets are run, and how, version 1.', PolicyFile))

if (import.meta.main) {
  await mkdir(join(import.meta.dirname, 'samples'), { recursive: true })
  for (const [path, content] of Object.entries(generatedFiles())) {
    await writeFile(join(import.meta.dirname, path), content)
  }
  await writeFile(join(import.meta.dirname, '..', 'config', 'policy.schema.json'), policySchema())
}
