/**
 * Kinds of handles that a stack opens and must close: listening sockets, connections, child processes, worker threads.
 */
const counted = ['TCPServerWrap', 'TCPSocketWrap', 'ProcessWrap', 'PipeWrap', 'MessagePort']

/** Counts the open handles of this process by kind. A difference between before and after is a leak. */
export function openHandles(): Readonly<Record<string, number>> {
  const active = process.getActiveResourcesInfo()
  return Object.fromEntries(counted.map((kind) => [kind, active.filter((name) => name === kind).length]))
}
