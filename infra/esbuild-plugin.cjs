/** Builds the bundles before they are zipped, and lets a first deployment take its parameters. */
module.exports = class EsbuildPlugin {
  constructor(serverless) {
    const build = async () => {
      const { buildFunctions } = await import('./build.ts')
      await buildFunctions(serverless.serviceDir)
    }
    this.hooks = {
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
      // A new stack is made in two steps, and the first one's template holds the bucket alone: CloudFormation
      // refuses the stack parameters that come with it unless that template declares them too.
      'before:aws:deploy:deploy:createStack': () => {
        const { coreCloudFormationTemplate: core, compiledCloudFormationTemplate: whole } =
          serverless.service.provider
        if (core) core.Parameters = whole.Parameters
      },
    }
  }
}
