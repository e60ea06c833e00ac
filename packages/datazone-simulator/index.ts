import { type DataZoneServer, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'
import type { Catalogue, Control, SavedState, Simulator, SimulatorOptions } from './types.ts'

export { connectControl } from './remote-control.ts'
export type * from './types.ts'

/** The sample catalogue, with this many assets: the 24 tables of TPC-DS, and then made-up ones. */
export const sampleCatalogue = (assets = 24): Catalogue => sampleWithDataSources(assets)

type InProcess = DataZoneServer['datazone']['control']

/** A saved state is opaque to the user of the package; the control checks it field by field. */
const publicControl = (control: InProcess): Control => ({
  ...control,
  setState: (state: SavedState) => control.setState(JSON.parse(JSON.stringify(state))),
})

/** Starts a simulator on a free port of loopback, with the sample catalogue, unless the options say otherwise. */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const { port = 0, seed = 1, now = Date.now, catalogue = sampleCatalogue(), settings } = options
  const { endpoint, datazone, stop } = await startDataZoneServer({ ...settings, port, seed, now })
  datazone.control.loadCatalogue(catalogue)
  return { endpoint, control: publicControl(datazone.control), stop }
}
