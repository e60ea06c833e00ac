import { createDataZone } from '../../local/datazone/datazone.ts'
import { type DataZoneServer, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'
import type { Catalogue, Control, SavedState, Simulator, SimulatorOptions } from './types.ts'

export { connectControl } from './remote-control.ts'
export type * from './types.ts'

/** Returns a sample catalogue with this many assets: the 24 tables of TPC-DS first, then synthetic tables. */
export const sampleCatalogue = (assets = 24): Catalogue => sampleWithDataSources(assets)

type InProcess = DataZoneServer['datazone']['control']

/** Makes `setState` take the opaque type of the package; the control checks a saved state field by field. */
const publicControl = (control: InProcess): Control => ({
  ...control,
  setState: (state: SavedState) => control.setState(JSON.parse(JSON.stringify(state))),
})

/**
 * Starts a simulator on 127.0.0.1, by default on a free port and with the sample catalogue.
 * @throws ControlError when a setting or the catalogue is wrong
 * @throws Error when the port is in use
 */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const { port = 0, seed = 1, now = Date.now, catalogue = sampleCatalogue(), settings } = options
  const datazone = createDataZone({ ...settings, seed, now })
  // Before the server listens: a wrong catalogue must not leave it behind.
  datazone.control.loadCatalogue(catalogue)
  const { endpoint, stop } = await startDataZoneServer({ port, datazone })
  return { endpoint, control: publicControl(datazone.control), stop }
}
