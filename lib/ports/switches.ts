/** Why work stands still, as an operator wrote it; both may be missing. */
export interface Pause {
  readonly reason?: string
  readonly pausedBy?: string
}

/**
 * The switches that pause and resume a domain or a project. That nothing is paused may be half a minute old, a pause a
 * second. Throws when it cannot know: nothing is started on a guess.
 */
export interface Switches {
  pauseOf(domainId: string, projectId: string): Promise<Pause | undefined>
}
