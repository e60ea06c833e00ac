import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Makes `curl` fail on an HTTP error and stop following a stream after a second. Gives `aws` the endpoint of SQS as a
 * flag, because version 1 of the AWS CLI does not read it from the environment.
 */
const prelude = `
curl() {
  case "$*" in
    *text/event-stream*) command curl -sS --fail-with-body --max-time 1 "$@" || [ $? -eq 28 ] ;;
    *) command curl -sS --fail-with-body --max-time 20 "$@" ;;
  esac
}
aws() {
  case "$*" in
    *--endpoint-url*) command aws "$@" ;;
    "sqs "*) command aws "$@" --endpoint-url "$AWS_ENDPOINT_URL_SQS" ;;
    *) command aws "$@" ;;
  esac
}
source() { :; }
`

/**
 * Runs a documented block in bash, up to the first command that fails, and returns its output.
 * @param environment the variables that an earlier block, or `source .local/env`, would have set
 */
export const runShellBlock = async (
  text: string,
  { cwd, environment }: { readonly cwd: string; readonly environment: Readonly<Record<string, string>> },
): Promise<string> => {
  const { AWS_PROFILE: _, ...inherited } = process.env
  const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', `${prelude}${text}`], {
    cwd,
    // A service without an endpoint in `environment` gets a closed port, so that no call reaches AWS.
    env: { ...inherited, AWS_PAGER: '', AWS_ENDPOINT_URL: 'http://127.0.0.1:9', ...environment },
  })
  return stdout
}

const works = (file: string, ...args: readonly string[]): Promise<boolean> =>
  run(file, [...args]).then(
    () => true,
    () => false,
  )

/** Tools that the docs use and this repository does not install. */
export const hasAwsCli = await works('aws', '--version')
export const hasCurl = await works('curl', '--version')
export const hasBoto3 = await works('python3', '-c', 'import boto3, requests')
