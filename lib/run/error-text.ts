const secrets: readonly [RegExp, string][] = [
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[access key]'],
  [/\barn:[\w-]+:(?:iam|sts)::[^\s"']+/g, '[principal]'],
  [/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, '[email]'],
]

/** A service's text for people and events: at most `limit` characters, without keys, principals and email addresses. */
export const errorText = (text: string, limit = 1000): string => {
  const clean = secrets.reduce(
    (soFar, [pattern, name]) => soFar.replace(pattern, name),
    text.slice(0, limit * 4).toWellFormed(),
  )
  return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).toWellFormed()}…`
}
