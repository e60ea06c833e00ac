import type { Command } from 'commander'

interface CommandEntry {
  /** Its line in `dzrun --help`. */
  readonly usage: string
  readonly summary: string
  /** Adds the command; loaded only when it is used, so that no command pays for the SDKs of another. */
  readonly add: (program: Command) => Promise<void>
}

/** Every command by name, in the order of `dzrun --help`. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  explain: {
    usage: 'explain <asset>',
    summary: 'why does this table have no description?',
    add: async (program) => (await import('./commands/explain.ts')).addExplain(program),
  },
  status: {
    usage: 'status',
    summary: 'runs in flight, parked requests, queues, pauses, last sweep',
    add: async (program) => (await import('./commands/status.ts')).addStatus(program),
  },
  quota: {
    usage: 'quota',
    summary: 'what is left of each cap',
    add: async (program) => (await import('./commands/quota.ts')).addQuota(program),
  },
  list: {
    usage: 'list',
    summary: 'runs, the most recently changed first',
    add: async (program) => (await import('./commands/list.ts')).addList(program),
  },
  get: {
    usage: 'get <run>',
    summary: 'the record of a DataZone run',
    add: async (program) => (await import('./commands/get.ts')).addGet(program),
  },
  submit: {
    usage: 'submit [assets...]',
    summary: 'request runs; --wait follows them',
    add: async (program) => (await import('./commands/submit.ts')).addSubmit(program),
  },
  cancel: {
    usage: 'cancel <asset>',
    summary: 'cancel requested runs that have not ended',
    add: async (program) => (await import('./commands/cancel.ts')).addCancel(program),
  },
  pause: {
    usage: 'pause <scope>',
    summary: 'start no runs of a domain or project',
    add: async (program) => (await import('./commands/pause.ts')).addPause(program),
  },
  resume: {
    usage: 'resume <scope>',
    summary: 'end a pause',
    add: async (program) => (await import('./commands/pause.ts')).addResume(program),
  },
  regenerate: {
    usage: 'regenerate <assets...>',
    summary: 'run assets again whose revision already has a run',
    add: async (program) => (await import('./commands/regenerate.ts')).addRegenerate(program),
  },
  retry: {
    usage: 'retry --ending failed',
    summary: 'run failed assets again',
    add: async (program) => (await import('./commands/retry.ts')).addRetry(program),
  },
  release: {
    usage: 'release --reason CAP_FULL',
    summary: 'make parked requests due now',
    add: async (program) => (await import('./commands/release.ts')).addRelease(program),
  },
  redrive: {
    usage: 'redrive dead|rejected',
    summary: 'look at dead letters and rejected requests, and send them again',
    add: async (program) => (await import('./commands/redrive.ts')).addRedrive(program),
  },
  backfill: {
    usage: 'backfill plan|apply|stop|status',
    summary: 'request runs of published assets',
    add: async (program) => (await import('./commands/backfill.ts')).addBackfill(program),
  },
  coverage: {
    usage: 'coverage',
    summary: 'how many published assets have a run, by project',
    add: async (program) => (await import('./commands/coverage.ts')).addCoverage(program),
  },
  doctor: {
    usage: 'doctor',
    summary: 'check the setup of a stack',
    add: async (program) => (await import('./commands/doctor.ts')).addDoctor(program),
  },
  breaker: {
    usage: 'breaker list|close',
    summary: 'show and close circuit breakers',
    add: async (program) => (await import('./commands/breaker.ts')).addBreaker(program),
  },
  policy: {
    usage: 'policy check|test|diff|put|get|history',
    summary: 'check a policy file, try it, and put it in force',
    add: async (program) => (await import('./commands/policy.ts')).addPolicy(program),
  },
  membership: {
    usage: 'membership check|plan|add',
    summary: 'check and grant the project memberships of the catalog role',
    add: async (program) => (await import('./commands/membership.ts')).addMembership(program),
  },
  events: {
    usage: 'events tail',
    summary: 'print the events of runs as they arrive',
    add: async (program) => (await import('./commands/events.ts')).addEvents(program),
  },
  page: {
    usage: 'page',
    summary: 'the live page of a stack, in your browser',
    add: async (program) => (await import('./commands/page.ts')).addPage(program),
  },
  completion: {
    usage: 'completion bash|zsh|fish',
    summary: 'the completion script of your shell',
    add: async (program) => (await import('./commands/completion.ts')).addCompletion(program),
  },
}
