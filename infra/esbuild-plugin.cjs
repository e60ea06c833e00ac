const { existsSync } = require('fs')
const { join } = require('path')

/** Rules that CloudFormation checks, so that they also hold for a deployment without the Serverless Framework. */
const rules = {
  RunNamesItsDomains: {
    RuleCondition: { 'Fn::Equals': [{ Ref: 'Mode' }, 'run'] },
    Assertions: [
      {
        Assert: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'DomainIds' }, ''] }] },
        AssertDescription:
          'Mode run needs DomainIds: comma-separated ids, or * to serve every domain on purpose',
      },
      {
        Assert: {
          'Fn::Or': ['AlarmTopicArn', 'AlarmEmail'].map((name) => ({
            'Fn::Not': [{ 'Fn::Equals': [{ Ref: name }, ''] }],
          })),
        },
        AssertDescription: 'Mode run needs AlarmTopicArn or AlarmEmail, so that alarms notify an operator',
      },
    ],
  },
}

/**
 * Checks the settings of a stage, builds the bundles before packaging, makes a first deployment accept its stack
 * parameters, and protects the deployed stack.
 */
module.exports = class EsbuildPlugin {
  constructor(serverless) {
    const fail = (message, code) => {
      // The framework prints its own errors without a stack trace.
      throw new serverless.classes.Error(message, code)
    }

    /** Returns the settings of the stage; undefined where it has no file. */
    const stageSettings = () => {
      const stage = serverless.getProvider('aws').getStage()
      const path = join(serverless.serviceDir, 'config', 'stages', `${stage}.yml`)
      return existsSync(path) ? (serverless.utils.readFileSync(path) ?? {}) : undefined
    }

    const checkSettings = async () => {
      const { commands, options } = serverless.processedInput
      const { deploymentProblems } = await import('./stage-settings.ts')
      const problems = deploymentProblems({
        command: commands.join(' '),
        stage: serverless.getProvider('aws').getStage(),
        file: stageSettings(),
        params: options.param ?? [],
        region: options.region,
        parameters: serverless.service.provider.stackParameters.map(({ ParameterKey }) => ParameterKey),
      })
      if (problems.length > 0) fail(problems.join('\n'), 'INVALID_STAGE_SETTINGS')
    }

    /** Reads the stack parameters, into which the framework has resolved the settings of the stage. */
    const checkRegionOfDomains = async () => {
      const { checkDomains } = await import('./check-domains.ts')
      const settings = Object.fromEntries(
        serverless.service.provider.stackParameters.map(({ ParameterKey, ParameterValue }) => [
          ParameterKey,
          ParameterValue,
        ]),
      )
      const { problems, notes } = await checkDomains({
        region: serverless.getProvider('aws').getRegion(),
        domainIds: settings.DomainIds,
        domainAccountId: settings.DomainAccountId,
      })
      for (const note of notes) serverless.cli.log(note)
      if (problems.length > 0) fail(problems.join('\n'), 'DOMAIN_IN_ANOTHER_REGION')
    }

    const build = async () => {
      const { buildFunctions } = await import('./build.ts')
      try {
        await buildFunctions(serverless.serviceDir)
      } catch (error) {
        if (error.name === 'InvalidPolicyFile') fail(error.message, 'INVALID_POLICY_FILE')
        throw error
      }
    }

    /** Makes EventBridge deliver only the asset events that the policy's triggers select. */
    const selectAssetEvents = async (template) => {
      const { checkPolicy } = await import('./check-policy.ts')
      const { assetEventNames } = await import('../lib/contracts/asset-event.ts')
      const { triggers } = await checkPolicy(serverless.serviceDir)
      template.Resources.AssetEventsRule.Properties.EventPattern['detail-type'] = assetEventNames(triggers)
    }

    /** Sets the termination protection of the deployed stack, which no template can; without the setting it stays as it is. */
    const protectStack = async () => {
      const { ProtectStack } = stageSettings() ?? {}
      if (ProtectStack === undefined) return
      const { CloudFormationClient, UpdateTerminationProtectionCommand } = await import(
        '@aws-sdk/client-cloudformation'
      )
      const aws = serverless.getProvider('aws')
      const StackName = aws.naming.getStackName()
      await new CloudFormationClient(await aws.getAwsSdkV3Config()).send(
        new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection: ProtectStack }),
      )
    }

    this.hooks = {
      initialize: checkSettings,
      'after:aws:package:finalize:mergeCustomProviderResources': async () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate
        template.Rules = rules
        await selectAssetEvents(template)
      },
      'before:deploy:deploy': checkRegionOfDomains,
      'after:deploy:deploy': protectStack,
      'before:package:createDeploymentArtifacts': build,
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
