import { type DocBlock, dzrunLines } from './doc-commands.ts'

/** Patterns of the blocks that test/e2e/docs-commands.test.ts does not run, each with the reason. */
const skipped: readonly { readonly page?: string; readonly block: RegExp; readonly why: string }[] = [
  {
    page: 'docs/CLI.md',
    block: /^dzrun /,
    why: 'generated; test/unit/cli/reference.test.ts checks the arguments and flags of each example',
  },
  { page: 'docs/CLI.md', block: /completion/, why: "changes the user's shell" },
  {
    page: 'docs/SIMULATOR.md',
    block: /dzrun doctor/,
    why: 'records a deployed stack; test/integration/live-profile.test.ts records the local one',
  },
  {
    page: 'docs/SIMULATOR.md',
    block: /simulator:drift/,
    why: 'checks the repository; a test of the simulator fails on the same differences',
  },
  {
    page: 'docs/SIMULATOR.md',
    block: /./,
    why: 'test/e2e/docs-simulator.test.ts runs them against a simulator',
  },
  { page: 'README.md', block: /npm run demo$/, why: 'test/e2e/demo.test.ts runs the demo' },
  {
    page: 'README.md',
    block: /^npm run check/,
    why: 'checks the repository; .ci/run runs it',
  },
  {
    block: /^(npm ci && )?npm start( -- [- .\w/]+)?$/,
    why: 'starts another stack; test/e2e/start.test.ts starts one with each flag',
  },
  {
    page: 'docs/LOCAL.md',
    block: /^pip install 'moto/,
    why: 'installs moto; the contract tests use the engine at DYNAMODB_ENDPOINT where it is set',
  },
  {
    page: 'docs/PRODUCERS.md',
    block: /aws cloudformation describe-stacks/,
    why: 'reads the outputs of a deployed stack, and no CloudFormation runs locally',
  },
  {
    block: /^(npx serverless|npm ci\nnpx serverless|npm run package:cfn)/,
    why: 'test/package/ packages the service; a deployment needs an AWS account',
  },
  {
    page: 'docs/DEPLOY.md',
    block: /^(role=\$\()?aws (cloudformation|dynamodb)/,
    why: 'changes a deployed stack, its table or its IAM roles, in an AWS account',
  },
  {
    page: 'docs/DEPLOY.md',
    block: /^bus=arn:aws:events/,
    why: 'replays an archive, which the local stack does not have; test/cloud/deploy-to-moto replays one',
  },
  { block: /^test\/cloud\//, why: 'needs tools from PyPI; .ci/run runs them' },
  {
    block: /(^ *|\$\()aws (?!sqs |events |datazone )/m,
    why: 'calls a service that the local stack does not have, in an AWS account',
  },
  {
    block: /^aws sqs [\s\S]*notifications-dead/,
    why: 'the queue exists only in a stack with a notification topic, which the local stack lacks',
  },
  { block: /^npx dzrun membership /, why: 'reads IAM roles, which the local stack does not have' },
]

/** Returns why a block is not run; undefined if it is. */
export const skipReason = ({ page, text }: DocBlock): string | undefined =>
  skipped.find((entry) => (entry.page === undefined || entry.page === page) && entry.block.test(text))?.why

/** Returns whether the block calls the AWS CLI or curl. */
export const isShell = ({ text }: DocBlock): boolean => /^(aws|curl|source) /.test(text)
/** Returns whether the block calls a script of this repository. */
export const isScript = ({ text }: DocBlock): boolean => /^(node examples\/|npm run logs)/.test(text)

/** Returns whether a test runs the block or `skipped` has a reason why none does. */
export const isAccountedFor = (block: DocBlock): boolean =>
  skipReason(block) !== undefined || isShell(block) || isScript(block) || dzrunLines(block).length > 0
