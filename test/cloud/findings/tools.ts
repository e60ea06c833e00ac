import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import type { TemplateName } from './templates.ts'

/** A finding of one tool about one resource or policy. */
export interface Finding {
  readonly rule: string
  readonly resource: string
}

interface Tool {
  readonly reads: readonly TemplateName[]
  /** Runs the tool; `folder` holds what check-template installed, `path` is the template. */
  readonly run: (path: string, folder: string) => Promise<readonly Finding[]>
}

const run = promisify(execFile)

/** Returns what a command prints. Tools exit with a non-zero code if they find something. */
const outputOf = async (command: string, args: readonly string[]): Promise<string> => {
  try {
    return (await run(command, [...args], { maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    if (stdout === '' && stderr !== '')
      throw new Error(`${basename(command)} failed: ${stderr}`, { cause: error })
    return stdout
  }
}

const cfnLint: Tool['run'] = async (path, folder) => {
  const text = await outputOf(join(folder, 'python/bin/cfn-lint'), ['--format', 'json', '--', path])
  const found = JSON.parse(text) as readonly { Rule: { Id: string }; Location: { Path: readonly string[] } }[]
  // A path leads to a resource, or to the parameter that a resource uses.
  return found.map(({ Rule, Location }) => ({ rule: Rule.Id, resource: Location.Path[1] ?? '' }))
}

const cfnGuard: Tool['run'] = async (path, folder) => {
  const guard = join(folder, 'node_modules/@cdklabs/cdk-validator-cfnguard')
  const binary = join(guard, 'bin/ubuntu', process.arch === 'arm64' ? 'aarch64' : 'x86_64', 'cfn-guard')
  const rules = join(guard, 'rules/control-tower/cfn-guard')
  const args = ['validate', '--rules', rules, '--data', path, '--show-summary', 'none']
  const text = await outputOf(binary, [...args, '--output-format', 'json', '--structured'])
  const [{ not_compliant: failed }] = JSON.parse(text) as [{ not_compliant: readonly unknown[] }]
  return failed.flatMap((rule) => {
    const report = JSON.stringify(rule)
    const id = /\[(CT\.[A-Z0-9.]+)\]/.exec(report)?.[1] ?? report.slice(0, 80)
    const resources = [...report.matchAll(/"\/Resources\/(\w+)/g)].map(([, name = '']) => name)
    return [...new Set(resources)].map((resource) => ({ rule: id, resource }))
  })
}

const checkov: Tool['run'] = async (path, folder) => {
  const args = ['--file', path, '--framework', 'cloudformation', '--quiet', '--compact', '--skip-download']
  const text = await outputOf(join(folder, 'python/bin/checkov'), [...args, '--output', 'json'])
  const { results } = JSON.parse(text) as {
    results: { failed_checks: readonly { check_id: string; resource: string }[] }
  }
  return results.failed_checks.map(({ check_id, resource }) => ({
    rule: check_id,
    resource: resource.replace(/.*\./, ''),
  }))
}

interface NagReport {
  readonly pluginReports: readonly {
    readonly violations: readonly {
      readonly ruleName: string
      readonly violatingConstructs: readonly { readonly constructPath?: string }[]
    }[]
  }[]
}

/** Runs four packs of cdk-nag. Leaves out CDK's own checks of templates, such as W2001, which cfn-lint makes, too. */
const cdkNag: Tool['run'] = async (path, folder) => {
  const out = await mkdtemp(join(tmpdir(), 'cdk-nag-'))
  const script = join(import.meta.dirname, 'cdk-nag.cjs')
  // Synthesis fails if a pack finds something. The report is a file.
  const failed = await run(process.execPath, [script, folder, path, out]).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(await readdir(out)).includes('validation-report.json'))
    throw new Error('cdk-nag wrote no report', { cause: failed })
  const report = JSON.parse(await readFile(join(out, 'validation-report.json'), 'utf8')) as NagReport
  return report.pluginReports.flatMap(({ violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      (/^[A-Z]\d{4}$/.test(ruleName) ? [] : violatingConstructs).map(({ constructPath = '' }) => ({
        rule: ruleName,
        resource: constructPath.replace(/.*\//, ''),
      })),
    ),
  )
}

/** Returns the folder of policies that writeTemplates wrote beside a template. */
const policiesBeside = (path: string): string => join(dirname(path), 'policies')

const parliament: Tool['run'] = async (path, folder) => {
  const args = ['--directory', policiesBeside(path), '--include_policy_extension', 'json', '--json']
  const text = await outputOf(join(folder, 'python/bin/parliament'), args)
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { issue, location } = JSON.parse(line) as { issue: string; location: { filepath: string } }
      return { rule: issue, resource: basename(location.filepath, '.json') }
    })
}

const cloudsplaining: Tool['run'] = async (path, folder) => {
  const found: Finding[] = []
  for (const file of await readdir(policiesBeside(path))) {
    const args = ['scan-policy-file', '--input-file', join(policiesBeside(path), file)]
    const text = await outputOf(join(folder, 'python/bin/cloudsplaining'), args)
    for (const [, rule = ''] of text.matchAll(/Issue found: Policy is capable of (.+)/gi))
      found.push({ rule: stripVTControlCharacters(rule).trim(), resource: basename(file, '.json') })
  }
  return found
}

export const tools: Readonly<Record<string, Tool>> = {
  'cfn-lint': { reads: ['packaged'], run: cfnLint },
  'cfn-guard': { reads: ['default', 'options'], run: cfnGuard },
  'cdk-nag': { reads: ['default', 'options'], run: cdkNag },
  checkov: { reads: ['default', 'options'], run: checkov },
  parliament: { reads: ['options'], run: parliament },
  cloudsplaining: { reads: ['options'], run: cloudsplaining },
}
