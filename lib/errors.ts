/** The store, the bus or a queue could not answer. Nothing is known of the effect; the message is tried again. */
export class PortUnavailable extends Error {
  readonly port: string
  constructor(port: string, cause: unknown) {
    super(`${port} is unavailable: ${cause instanceof Error ? cause.name : 'unknown error'}`, { cause })
    this.name = 'PortUnavailable'
    this.port = port
  }
}

/** The settings are wrong: names every wrong field at once. */
export class InvalidConfiguration extends Error {
  constructor(problems: readonly string[]) {
    super(`invalid configuration: ${problems.join('; ')}`)
    this.name = 'InvalidConfiguration'
  }
}

/** What to say of something that was thrown, in a report of what failed. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'failed')
