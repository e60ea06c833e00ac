import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** A child process that cannot outlive this one. */
export interface GuardedProcess {
  /** Of the guard; also the id of the process group that holds the guard and the child. */
  readonly pid: number
  /** Settles with what the child printed to stderr once it has ended. */
  readonly ended: Promise<string>
  /** Asks the child to end, and kills it if it does not. */
  stop(): Promise<void>
}

/**
 * The shell's fd 3 is a pipe that only the parent holds: it reaches its end when the parent closes it or dies,
 * even by SIGKILL. The reader is ended first when the child ends on its own, so that it never signals a reused pid.
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

/** Starts a program that ends when this process does, however that ends. On `stop` it has a grace, then it is killed. */
export function startGuarded(program: string, args: readonly string[], graceMs = 3_000): GuardedProcess {
  // A group of its own: Ctrl+C in a terminal reaches the parent only, which then stops things in order.
  const child = spawn('/bin/sh', ['-c', guard, 'guard', program, ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} could not be started`)
  let running = true
  const ended = complaintOf(child).finally(() => {
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

async function complaintOf(child: ChildProcess): Promise<string> {
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000)
  })
  await once(child, 'close')
  return complaint.trim()
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Already gone, which is what was wanted.
  }
}
