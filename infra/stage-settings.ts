import { nearestName } from '../lib/contracts/nearest-name.ts'

/**
 * What the Serverless Framework passes on about a command. The rules of a deployment:
 * 1. The settings of a stage are in `config/stages/<stage>.yml`; a deployment without that file is refused.
 * 2. Every setting and every `--param` is a parameter of the template, except Region, DeploymentBucket, Tags and
 *    ProtectStack, which only the file has.
 * 3. The Region is in the file, and `--region` may only repeat it.
 * 4. Mode `run` names the domains that it serves; `*` stands for every domain.
 * 5. Mode `run` names the topic or the address that alarms notify.
 */
export interface Deployment {
  /** The command of the Serverless Framework, such as `deploy` or `deploy function`. */
  readonly command: string
  readonly stage: string
  /** The parsed `config/stages/<stage>.yml`, or undefined where there is none. */
  readonly file: unknown
  /** The values of `--param`, each `name=value`. */
  readonly params: readonly string[]
  /** The value of `--region`. */
  readonly region: string | undefined
  /** The names of the template's parameters. */
  readonly parameters: readonly string[]
}

/** At most 20 characters: the longest name that contains the stage is that of a rule, and EventBridge allows 64. */
const stagePattern = /^[a-z][a-z0-9-]{0,19}$/

const checked: readonly string[] = ['package', 'deploy', 'deploy function', 'rollback']

const pathOf = (stage: string): string => `config/stages/${stage}.yml`

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fileOnly: readonly string[] = ['Region', 'DeploymentBucket', 'Tags', 'ProtectStack']

const unknownNames = (place: string, names: readonly string[], known: readonly string[]): string[] =>
  names
    .filter((name) => !known.includes(name))
    .map((name) => `${place}: unknown setting ${name}; did you mean ${nearestName(name, known)}?`)

const problemsOfParams = ({ params, parameters }: Deployment): string[] =>
  unknownNames(
    '--param',
    params.map((param) => param.replace(/=.*/s, '')),
    parameters,
  )

/** Returns the value that a deployment uses, or '' for none: `--param` goes before the file. */
const settingOf = (name: string, { params, file }: Deployment): string => {
  const given = params.findLast((param) => param.startsWith(`${name}=`))
  if (given !== undefined) return given.slice(name.length + 1)
  const value = isRecord(file) ? file[name] : undefined
  return value === undefined ? '' : String(value)
}

const problemsOfFile = ({ stage, file, parameters, region }: Deployment): string[] => {
  if (file === undefined) return []
  if (!isRecord(file)) return [`${pathOf(stage)}: must be a mapping of setting names to values`]
  const names = unknownNames(pathOf(stage), Object.keys(file), [...fileOnly, ...parameters])
  if (file['Tags'] !== undefined && !isRecord(file['Tags']))
    names.push(`${pathOf(stage)}: Tags must be a mapping of tag names to values`)
  if (!['undefined', 'boolean'].includes(typeof file['ProtectStack']))
    names.push(`${pathOf(stage)}: ProtectStack must be true or false`)
  const other = region !== undefined && file['Region'] !== undefined && region !== file['Region']
  return other
    ? [...names, `--region ${region}: stage ${stage} is in ${file['Region']}; leave the option out`]
    : names
}

const problemsOfDeployment = (deployment: Deployment): string[] => {
  const { stage, file } = deployment
  if (file === undefined)
    return [`${pathOf(stage)} is missing: copy config/stages/example.yml and set Region, Mode and DomainIds`]
  const found: string[] = []
  if (!isRecord(file) || typeof file['Region'] !== 'string')
    found.push(`${pathOf(stage)}: set Region to the Region of the DataZone domain, e.g. Region: eu-west-1`)
  if (settingOf('Mode', deployment) === '') found.push(`${pathOf(stage)}: set Mode to off, plan or run`)
  if (settingOf('Mode', deployment) === 'run' && settingOf('DomainIds', deployment) === '')
    found.push(
      `${pathOf(stage)}: Mode run needs DomainIds: comma-separated ids, or '*' to serve every domain on purpose`,
    )
  if ((settingOf('SubnetIds', deployment) === '') !== (settingOf('SecurityGroupIds', deployment) === ''))
    found.push(`${pathOf(stage)}: set SubnetIds and SecurityGroupIds together, or neither`)
  const topics = ['AlarmTopicArn', 'AlarmEmail'].map((name) => settingOf(name, deployment))
  if (settingOf('Mode', deployment) === 'run' && topics.every((topic) => topic === ''))
    found.push(
      `${pathOf(stage)}: Mode run needs AlarmTopicArn or AlarmEmail, so that alarms notify an operator`,
    )
  return found
}

/** Returns what is wrong with a command and its settings, one sentence each, with the fix. */
export const deploymentProblems = (deployment: Deployment): readonly string[] => {
  const { command, stage } = deployment
  if (!checked.includes(command)) return []
  if (!stagePattern.test(stage))
    return [
      `--stage ${stage}: use 1 to 20 lower-case letters, digits and hyphens, beginning with a letter, e.g. --stage prod`,
    ]
  if (command === 'deploy function')
    return [
      `deploy function would leave code and template of stage ${stage} at different versions: run serverless deploy --stage ${stage}`,
    ]
  if (command === 'rollback')
    return [
      `rollback would combine an old template with the settings of today: check out the commit to return to, then run serverless deploy --stage ${stage}`,
    ]
  return [
    ...problemsOfParams(deployment),
    ...problemsOfFile(deployment),
    ...(command === 'deploy' ? problemsOfDeployment(deployment) : []),
  ]
}
