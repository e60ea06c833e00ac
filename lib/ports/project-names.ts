/** The display names of projects. No decision depends on a name, so a lookup neither throws nor waits long. */
export interface ProjectNames {
  /** Returns the name of a project; undefined when DataZone does not show it, or not in time. */
  nameOf(domainId: string, projectId: string): Promise<string | undefined>
}
