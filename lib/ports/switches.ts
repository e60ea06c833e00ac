/** Why work stands still, as an operator wrote it; both may be missing. */
export interface Pause {
  readonly reason?: string
  readonly byWhom?: string
}

/**
 * The switches that pause and resume a domain or a project. What it answers may be half a minute old. Throws when it
 * cannot know: nothing is started on a guess.
 */
export interface Switches {
  pauseOf(domainId: string, projectId: string): Promise<Pause | undefined>
}
