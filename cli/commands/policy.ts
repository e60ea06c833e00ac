import type { Command } from 'commander'

import { applyPolicy, type Decision } from '../../lib/run/policy.ts'
import { present } from '../../lib/run/present.ts'
import { bindingOf, isAllowedProject, type Sender, type SenderBinding } from '../../lib/run/senders.ts'
import { connect } from '../connect.ts'
import { policyOf } from '../current-policy.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, printDocument } from '../output.ts'

import { readPolicyFile } from '../policy-file.ts'
import { type AssetFlags, assetHelp, resolveAsset } from '../resolve-asset.ts'
import { printable } from '../terminal.ts'
import { addPolicyVersions } from './policy-versions.ts'

const decisionText = (decision: Decision): string => {
  switch (decision.decision) {
    case 'run': {
      const { types, policy } = decision.settings
      return `run, by rules[${policy.rule}]${types === undefined ? ' with the default types' : `: ${types.join(', ')}`}`
    }
    case 'skip':
      return decision.reason === 'POLICY'
        ? `skip, by rules[${decision.rule}]: ${decision.because}`
        : 'skip: no rule matches it'
    case 'look':
      return 'depends on the type or name of the asset'
    default:
      return decision satisfies never
  }
}

/** Reads `account=444455556666`, `source=load` and `principal=AROAEXAMPLEID:session`. @throws CommandFailed */
const senderOf = (fields: readonly string[]): Sender =>
  Object.fromEntries(
    fields.map((field) => {
      const [, name, value] = /^(account|source|principal)=(.+)$/.exec(field) ?? []
      if (name === undefined || value === undefined)
        throw new CommandFailed(
          exitCodes.usage,
          '--sender must be account=ID, source=NAME or principal=ID, e.g. --sender account=444455556666',
        )
      return [name, value]
    }),
  )

const senderText = (binding: SenderBinding | undefined, projectId: string): string => {
  if (binding === undefined) return 'sender: may request every project; no entry of senders matches it'
  const may = isAllowedProject(binding, projectId) ? 'may' : 'may not'
  return `sender: ${may} request project ${projectId}, by senders[${binding.rule}]`
}

/** The decision as data. */
const decided = (decision: Decision) => {
  switch (decision.decision) {
    case 'run':
      return {
        decision: 'run',
        ...present({ rule: decision.settings.policy.rule, types: decision.settings.types }),
      }
    case 'skip':
      return decision.reason === 'POLICY'
        ? { decision: 'skip', rule: decision.rule, because: decision.because }
        : { decision: 'skip', because: 'no rule matches' }
    case 'look':
      return { decision: 'look' }
    default:
      return decision satisfies never
  }
}

interface TestOptions extends AssetFlags {
  readonly file?: string
  readonly sender?: readonly string[]
}

interface Tested {
  readonly assetId: string
  readonly name: string
  readonly type: string
  readonly projectId: string
  readonly decision: string
  readonly rule?: number
  readonly types?: readonly string[]
  readonly because?: string
  readonly sender?: string
}

const test = async (named: string, options: TestOptions): Promise<void> => {
  const connection = await connect(options)
  const { location } = connection
  const rules = await policyOf(options.file, connection)
  const target = await resolveAsset(named, options, location)
  const { readAsset } = await import('../catalog.ts')
  const asset = target.asset ?? (await readAsset(target, location, options))
  const decision = applyPolicy(rules, {
    domainId: target.domainId,
    projectId: asset.owningProjectId,
    asset: { type: asset.typeIdentifier, name: asset.name },
  })
  const { name, typeIdentifier: type, owningProjectId: projectId } = asset
  const binding = options.sender && bindingOf(senderOf(options.sender), rules.senders)
  const tested: Tested = {
    ...{ assetId: target.assetId, name, type, projectId, ...decided(decision) },
    ...(options.sender === undefined ? {} : { sender: senderText(binding, projectId) }),
  }
  printDocument(tested, options, {
    fields: ['assetId', 'name', 'type', 'projectId', 'decision', 'rule', 'types', 'because', 'sender'],
    text: () => [
      printable(`${name} (${type}, project ${projectId}): ${decisionText(decision)}`),
      ...(tested.sender === undefined ? [] : [printable(tested.sender)]),
    ],
  })
  if (decision.decision === 'skip' || !isAllowedProject(binding, projectId))
    process.exitCode = exitCodes.refused
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `dzrun policy check|test|put|get|history|diff`. */
export const addPolicy = (program: Command): void => {
  const policy = program
    .command('policy')
    .description('check policy files, try them on assets, and put them in force')

  policy
    .command('check')
    .argument('[file]', 'policy file', 'config/policy.json')
    .description('check a policy file, and name every wrong field')
    .addHelpText('after', '\nExample:\n  dzrun policy check config/policy.json')
    .action(async (file: string) => {
      const { rules, caps, senders = [] } = await readPolicyFile(file)
      const counts = [
        counted(rules.length, 'rule'),
        counted(caps.length, 'cap'),
        counted(senders.length, 'bound sender'),
      ]
      console.log(`${file} is valid: ${counts.join(', ')}`)
    })

  const tested = policy
    .command('test')
    .argument('<asset>', assetHelp)
    .description('show which rule decides about an asset, which is read from DataZone')
    .option('--domain <id>', 'domain of the asset (or DZRUN_DOMAIN)')
    .option('--file <file>', 'policy file (default: the policy in force in the stack)')
    .option(
      '--sender <fields...>',
      'also show whether this sender may request it: account=, source=, principal=',
    )
    .addHelpText(
      'after',
      '\nExample:\n  dzrun policy test tpcds_store_sales --domain dzd_sample1234567 --local',
    )

  addDocumentFlags(tested).action((named: string) => test(named, tested.optsWithGlobals<TestOptions>()))

  addPolicyVersions(policy)
}
