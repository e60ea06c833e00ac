/** The domain of every world, its first project, and a data source of that project. */
export const domainId = 'dzd_simulated1'
export const projectId = 'project1'
export const sourceId = 'source1'
