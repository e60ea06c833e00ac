import type { Command } from 'commander'
import { applyPolicy, type Decision, type Policy } from '../../lib/run/policy.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import { exitCodes } from '../exit-codes.ts'
import { readPolicyFile } from '../policy-file.ts'
import { type AssetFlags, assetHelp, resolveAsset } from '../resolve-asset.ts'
import { addPolicyVersions } from './policy-versions.ts'

const decisionText = (decision: Decision, policy: Policy): string => {
  switch (decision.decision) {
    case 'run': {
      const rule = policy.rules.findIndex(({ verdict }) => verdict === decision.orders)
      return `run, by rules[${rule}]${decision.orders.types === undefined ? ' with the default types' : `: ${decision.orders.types.join(', ')}`}`
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

interface TestOptions extends AssetFlags {
  readonly file?: string
}

const test = async (named: string, options: TestOptions): Promise<void> => {
  const connection = await connect(options)
  const { location } = connection
  const rules =
    options.file === undefined ? (await currentPolicy(connection)).policy : await readPolicyFile(options.file)
  const target = await resolveAsset(named, options, location)
  const { readAsset } = await import('../catalog.ts')
  const asset = target.asset ?? (await readAsset(target, location, options))
  const decision = applyPolicy(rules, {
    domainId: target.domainId,
    projectId: asset.owningProjectId,
    asset: { type: asset.typeIdentifier, name: asset.name },
  })
  console.log(
    `${asset.name} (${asset.typeIdentifier}, project ${asset.owningProjectId}): ${decisionText(decision, rules)}`,
  )
  if (decision.decision === 'skip') process.exitCode = exitCodes.refused
}

/** `dzrun policy check|test|put|get|history|diff`. */
export const addPolicy = (program: Command): void => {
  const policy = program
    .command('policy')
    .description('check policy files, try them on assets, and put them in force')

  policy
    .command('check')
    .argument('[file]', 'policy file', 'config/policy.json')
    .description('check a policy file; every wrong place is named')
    .addHelpText('after', '\nExample:\n  dzrun policy check config/policy.json')
    .action(async (file: string) => {
      const { rules, caps } = await readPolicyFile(file)
      console.log(`${file} is valid: ${rules.length} rules, ${caps.length} caps`)
    })

  policy
    .command('test')
    .argument('<asset>', assetHelp)
    .description('say which rule decides about an asset, which is read from DataZone')
    .option('--domain <id>', 'domain of the asset (or DZRUN_DOMAIN)')
    .option('--file <file>', 'policy file; without it, the policy that decides in the stack')
    .addHelpText(
      'after',
      '\nExample:\n  dzrun policy test tpcds_store_sales --domain dzd_sample1234567 --local',
    )
    .action((named: string, options: { file?: string }, command: Command) =>
      test(named, { ...command.optsWithGlobals<AssetFlags>(), ...options }),
    )

  addPolicyVersions(policy)
}
