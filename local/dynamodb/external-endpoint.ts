/**
 * Returns the address in DYNAMODB_ENDPOINT, or undefined if the variable is not set.
 * @throws Error with the variable, its value and the fix if it is not the URL of an HTTP server
 */
export function externalEndpoint(environment: NodeJS.ProcessEnv): string | undefined {
  const value = environment['DYNAMODB_ENDPOINT']
  if (value === undefined || value === '') return undefined
  const url = URL.parse(value)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return value
  const withScheme = /^[\w.-]+(:\d+)?$/.test(value) ? `http://${value}` : 'http://localhost:8000'
  throw new Error(
    `DYNAMODB_ENDPOINT=${value} is not a URL: use an http:// or https:// URL, e.g. ${withScheme}`,
  )
}
