/**
 * JSON with every character beyond ASCII escaped. It parses to the same value, and every queue accepts it: SQS refuses
 * U+FFFE and U+FFFF, which JSON.stringify leaves as they are.
 */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
