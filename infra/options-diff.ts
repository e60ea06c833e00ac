import { packagedTemplate } from '../local/package.ts'
import { decideConditions, diffLines } from './template-diff.ts'
import { templateOptions } from './template-options.ts'

/**
 * Prints what each option adds to (+), removes from (-) and changes in (~) the template of the default settings:
 * `npm run options:diff`.
 */
const { template } = await packagedTemplate()
const plain = decideConditions(template, {})
for (const { name, settings } of templateOptions) {
  const given = Object.entries(settings).map(([setting, value]) => `${setting}: ${value}`)
  console.log(`\n${name} (${given.join(', ')})`)
  for (const line of diffLines(plain, decideConditions(template, settings))) console.log(`  ${line}`)
}
