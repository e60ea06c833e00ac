/** What a stack opens and must close: listening sockets, connections, child processes and worker threads. */
const counted = ['TCPServerWrap', 'TCPSocketWrap', 'ProcessWrap', 'PipeWrap', 'MessagePort']

/** Counts the open handles of this process, by kind; compare before and after to find a leak. */
export function openHandles(): Readonly<Record<string, number>> {
  const active = process.getActiveResourcesInfo()
  return Object.fromEntries(counted.map((kind) => [kind, active.filter((name) => name === kind).length]))
}
