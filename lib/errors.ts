/** The store, the bus or a queue did not answer. The call may have taken effect; the message is retried. */
export class PortUnavailable extends Error {
  readonly port: string
  constructor(port: string, cause: unknown) {
    super(`${port} is unavailable: ${cause instanceof Error ? cause.name : 'unknown error'}`, { cause })
    this.name = 'PortUnavailable'
    this.port = port
  }
}

/** The functions could not assume the catalog role, so a call to DataZone was not sent. */
export class CatalogRoleFailed extends Error {
  /** Whether only an administrator can fix it; otherwise it may pass by itself. */
  readonly isDenied: boolean
  constructor(roleArn: string, { isDenied, cause }: { readonly isDenied: boolean; readonly cause: unknown }) {
    const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown error'
    super(
      isDenied
        ? `the functions are not allowed to assume ${roleArn} (${reason}); its trust policy must name their roles`
        : `${roleArn} could not be assumed (${reason})`,
      { cause },
    )
    this.name = isDenied ? 'CatalogRoleDenied' : 'CatalogRoleUnavailable'
    this.isDenied = isDenied
  }
}

/** The settings are wrong. Names every wrong field at once. */
export class InvalidConfiguration extends Error {
  constructor(problems: readonly string[]) {
    super(`invalid configuration: ${problems.join('; ')}`)
    this.name = 'InvalidConfiguration'
  }
}

/** DataZone refused a read that an operator's command made. `kind` is the kind of the refusal. */
export class CatalogRefused extends Error {
  readonly kind: string
  constructor(operation: string, refusal: { kind: string; name: string; message: string; cause: unknown }) {
    super(`DataZone refused ${operation}: ${refusal.name}: ${refusal.message}`, { cause: refusal.cause })
    this.name = 'CatalogRefused'
    this.kind = refusal.kind
  }
}

/** The message of a thrown value, for a report of what failed. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : 'failed')
