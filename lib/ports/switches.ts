/** Why an operator paused work. Both fields are optional in the item. */
export interface Pause {
  readonly reason?: string
  readonly pausedBy?: string
}

/**
 * The switches with which operators pause and resume a domain or a project. Narrow, because only operators write them.
 * An answer "not paused" may be half a minute old, a pause one second. Throws PortUnavailable when the table does not
 * answer: no run is started on a guess.
 */
export interface Switches {
  pauseOf(domainId: string, projectId: string): Promise<Pause | undefined>
}

/** A pause, with what it pauses. */
export interface ListedPause extends Pause {
  readonly domainId: string
  /** Absent: the whole domain. */
  readonly projectId?: string
}

/** Lists the pauses of a domain, for operators. Throws PortUnavailable when the table does not answer. */
export interface PauseList {
  pausesOf(domainId: string): Promise<readonly ListedPause[]>
}
