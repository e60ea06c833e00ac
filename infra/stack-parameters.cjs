/**
 * Returns the value of every parameter of infra/parameters.yml: from --param, else from config/stages/<stage>.yml, else
 * its default. A settings file may hold booleans and numbers; CloudFormation takes only text.
 */
module.exports = async ({ resolveVariable }) => {
  const stage = await resolveVariable('sls:stage')
  const parameters = await resolveVariable('file(infra/parameters.yml):Parameters')
  return Promise.all(
    Object.entries(parameters).map(async ([name, { Default: fallback }]) => {
      const value = await resolveVariable(`param:${name}, file(config/stages/${stage}.yml):${name}, null`)
      return { ParameterKey: name, ParameterValue: String(value ?? fallback) }
    }),
  )
}
