/** Builds the bundles before packaging, and makes a first deployment accept its stack parameters. */
module.exports = class EsbuildPlugin {
  constructor(serverless) {
    const build = async () => {
      const { buildFunctions } = await import('./build.ts')
      try {
        await buildFunctions(serverless.serviceDir)
      } catch (error) {
        // The framework prints its own errors without a stack trace.
        throw error.name === 'InvalidPolicyFile'
          ? new serverless.classes.Error(error.message, 'INVALID_POLICY_FILE')
          : error
      }
    }
    this.hooks = {
      'before:package:createDeploymentArtifacts': build,
      'before:deploy:function:packageFunction': build,
      // A first deployment creates the stack with a template that holds only the deployment bucket. CloudFormation
      // refuses stack parameters that the template does not declare, so this template declares them as well.
      'before:aws:deploy:deploy:createStack': () => {
        const { coreCloudFormationTemplate: core, compiledCloudFormationTemplate: whole } =
          serverless.service.provider
        if (core) core.Parameters = whole.Parameters
      },
    }
  }
}
