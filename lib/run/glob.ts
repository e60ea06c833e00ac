/**
 * Whether `text` matches `glob`, in which `*` matches any number of characters. Linear: each part is searched for
 * once, from left to right, so that no glob can make it slow.
 */
export const matchesGlob = (glob: string, text: string): boolean => {
  const [head = '', ...rest] = glob.split('*')
  const tail = rest.pop()
  if (tail === undefined) return glob === text
  if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) return false
  const end = text.length - tail.length
  let at = head.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
