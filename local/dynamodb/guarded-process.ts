import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** A child process that cannot outlive this one. */
export interface GuardedProcess {
  /** The process id of the guard, which is also the id of the process group of guard and child. */
  readonly pid: number
  /** Resolves, once the child has ended, with the last 2,000 characters that it printed to stderr. */
  readonly ended: Promise<string>
  /** Sends SIGTERM to the child, and SIGKILL if it has not ended after the grace period. */
  stop(): Promise<void>
}

/**
 * Only the parent holds the other end of the pipe on the shell's file descriptor 3, so the read ends when the parent
 * closes it or dies, even by SIGKILL. When the child ends first, the shell kills the reader, which therefore never
 * signals a reused process id.
 */
const guard = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ read -r _ <&3; kill "$child"; } 2>/dev/null &
reader=$!
exec 3<&-
wait "$child"
kill "$reader" 2>/dev/null
`

/** Starts a program that ends when this process ends, even when this process is killed. `graceMs` is that of `stop`. */
export function startGuarded(program: string, args: readonly string[], graceMs = 3_000): GuardedProcess {
  // A process group of its own: Ctrl-C in a terminal then reaches only the parent, which stops its parts in order.
  const child = spawn('/bin/sh', ['-c', guard, 'guard', program, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`Failed to start /bin/sh, which runs ${program}`)
  let running = true
  const ended = stderrOf(child).finally(() => {
    running = false
  })
  return {
    pid,
    ended,
    stop: async () => {
      child.stdin?.destroy()
      const killed = new AbortController()
      await Promise.race([ended, delay(graceMs, undefined, { signal: killed.signal, ref: false })])
      killed.abort()
      if (running) killGroup(pid)
      await ended
    },
  }
}

async function stderrOf(child: ChildProcess): Promise<string> {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-2_000)
  })
  await once(child, 'close')
  return text.trim()
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has already ended.
  }
}
