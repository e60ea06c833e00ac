import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packagedTemplate } from '../../local/package.ts'
import { answersOf, disagreements } from '../cloud/findings/answers.ts'

const page = () => readFile(join(import.meta.dirname, '../../docs/SECURITY-FINDINGS.md'), 'utf8')

describe('docs/SECURITY-FINDINGS.md', () => {
  test('answers only findings about resources and parameters of the template', async () => {
    const { template } = await packagedTemplate()
    const known = [...Object.keys(template.Resources), ...Object.keys(template.Parameters)]
    const named = answersOf(await page()).flatMap(({ resources }) =>
      // A policy is named by its resource and its own name.
      resources.map((resource) => resource.replace(/-.*/, '')),
    )
    expect(new Set(named).size).toBeGreaterThan(10)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  test('has a row for each of the six tools', async () => {
    const tools = new Set(answersOf(await page()).map(({ tool }) => tool))
    expect([...tools]).toEqual([
      'cfn-lint',
      'cfn-guard',
      'cdk-nag',
      'checkov',
      'parliament',
      'cloudsplaining',
    ])
  })
})

describe('disagreements', () => {
  const answers = answersOf(
    '## checkov\n| rule | resource | template | answer |\n|---|---|---|---|\n| `A` `B` | `Queue` | both | Why |\n| `C` | `Table` | default | Set it |',
  )

  test('accepts findings that rows answer', () => {
    const found = ['A', 'B'].map((rule) => ({ rule, resource: 'Queue' }))
    expect(disagreements('options', found, answers)).toEqual([])
    expect(disagreements('default', [...found, { rule: 'C', resource: 'Table' }], answers)).toEqual([])
  })

  test('reports a finding without a row and a row without a finding', () => {
    const found = [
      { rule: 'A', resource: 'Queue' },
      { rule: 'C', resource: 'Table' },
    ]
    expect(disagreements('options', found, answers)).toEqual([
      'C Table has no answer',
      'B Queue has an answer, but was not found',
    ])
  })
})
