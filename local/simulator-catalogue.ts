import { readFile } from 'node:fs/promises'
import { sampleCatalogue } from './catalogue/catalogue.ts'
import { type Catalogue, catalogueSchema } from './datazone/input/catalogue.ts'
import { parseInput } from './datazone/input/parse-input.ts'

/** Returns the sample catalogue, with a data source for each project. */
export const sampleWithDataSources = (assets: number): Catalogue => ({
  domains: sampleCatalogue(assets).domains.map((domain) => ({
    ...domain,
    dataSources: domain.projects.map(({ id, name }) => ({
      id: `glue_${id}`,
      projectId: id,
      name: `${name} in Glue`,
      tables: domain.assets.filter(({ projectId }) => projectId === id).length,
    })),
  })),
})

/** Reads a catalogue from a file. Throws an Error with one line that names the file or each wrong field. */
export const catalogueFrom = async (file: string): Promise<Catalogue> => {
  let given: unknown
  try {
    given = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`--catalogue: ${file} cannot be read as JSON: ${reason}`, { cause })
  }
  return parseInput(`the catalogue ${file}`, catalogueSchema, given)
}
