/**
 * Returns the settings of a stage that are not parameters of the template: DeploymentBucket, an existing bucket for the
 * zip files, and Tags, which CloudFormation gives to every resource.
 */
module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage')
  const setting = (name) => resolveVariable(`file(config/stages/${stage}.yml):${name}, null`)
  const bucket = await setting('DeploymentBucket')
  const tags = (await setting('Tags')) ?? {}
  return {
    deploymentBucket: bucket === null ? { blockPublicAccess: true } : { name: bucket },
    tags: Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)])),
  }
}
