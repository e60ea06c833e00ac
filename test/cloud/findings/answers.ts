import type { TemplateName } from './templates.ts'
import type { Finding } from './tools.ts'

/** The answer of docs/SECURITY-FINDINGS.md to one rule, with the resources whose findings remain. */
export interface Answer {
  readonly tool: string
  readonly rule: string
  readonly resources: readonly string[]
  readonly template: string
}

const codeSpans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)

/** Returns an answer for each rule in the tables of the page. A table is under the heading of its tool. */
export const answersOf = (page: string): readonly Answer[] => {
  let tool = ''
  return page.split('\n').flatMap((line) => {
    tool = /^## (\S+)/.exec(line)?.[1] ?? tool
    const [, rules = '', resources = '', template = ''] = /^\| (.+?) \| (.+?) \| (\w+) \| /.exec(line) ?? []
    return codeSpans(rules).map((rule) => ({ tool, rule, resources: codeSpans(resources), template }))
  })
}

const isAbout = ({ template }: Answer, name: TemplateName): boolean =>
  template === 'both' || template === name

/** Returns a line for each finding without an answer, and for each answer without a finding. */
export const disagreements = (
  template: TemplateName,
  found: readonly Finding[],
  answers: readonly Answer[],
): readonly string[] => {
  const idOf = ({ rule, resource }: Finding) => `${rule} ${resource}`
  const answered = answers
    .filter((answer) => isAbout(answer, template))
    .flatMap(({ rule, resources }) => resources.map((resource) => idOf({ rule, resource })))
  const ids = [...new Set(found.map(idOf))]
  return [
    ...ids.filter((id) => !answered.includes(id)).map((id) => `${id} has no answer`),
    ...answered.filter((id) => !ids.includes(id)).map((id) => `${id} has an answer, but was not found`),
  ]
}
