import type { Rule } from './rule.ts'

/** A switch is read within 30 s, an invocation lasts up to 30 s, and a Start takes effect within 60 s. */
const pauseMs = 120_000

export const pausesStartNothing: Rule = ({ pauses, runs }) =>
  pauses.flatMap(({ scope, fromMs, untilMs }) =>
    runs
      .filter(
        (run) =>
          [run.domainId, run.projectId].includes(scope) &&
          run.isForeign !== true &&
          run.createdAtMs > fromMs + pauseMs &&
          run.createdAtMs < untilMs,
      )
      .map((run) => `run ${run.id} was started ${run.createdAtMs - fromMs} ms into a pause`),
  )

/** How long invocations and releases that were in progress when the mode changed may still start a run. */
const deployMs = 60_000

export const planStartsNothing: Rule = ({ modes, runs, endMs }) =>
  modes.flatMap(({ mode, fromMs }, index) => {
    const untilMs = modes[index + 1]?.fromMs ?? endMs
    return runs
      .filter(
        (run) =>
          mode !== 'run' &&
          run.isForeign !== true &&
          run.createdAtMs > fromMs + deployMs &&
          run.createdAtMs < untilMs,
      )
      .map((run) => `run ${run.id} was started in mode ${mode}`)
  })
