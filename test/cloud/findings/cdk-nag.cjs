// node cdk-nag.cjs <folder with node_modules> <template> <output folder>: includes the template in a CDK app and runs four packs.
const { createRequire } = require('node:module')
const { join } = require('node:path')

const [folder, templateFile, outdir] = process.argv.slice(2)
const installed = createRequire(join(folder, 'package.json'))
const { App, Stack, Validations } = installed('aws-cdk-lib')
const { CfnInclude } = installed('aws-cdk-lib/cloudformation-include')
const { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } = installed('cdk-nag')

const app = new App({ outdir })
new CfnInclude(new Stack(app, 'datazone-run-orchestrator'), 'Orchestrator', { templateFile })
for (const Pack of [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks])
  Validations.of(app).addPlugins(new Pack(app))
app.synth()
