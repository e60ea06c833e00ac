import { catalogueSchema, newRevisionSchema } from './catalogue.ts'
import { ControlError, checked } from './checked.ts'
import type { Control } from './control.ts'
import { faultsSchema } from './faults.ts'
import type { JsonRequest, Reply } from './reply.ts'

/** Where the control is served. DataZone itself has no such path. */
export const controlPath = '/_simulator/'

type Route = (control: Control, body: unknown) => unknown

const routes: Readonly<Record<string, Route>> = {
  'PUT catalogue': (control, body) => control.loadCatalogue(checked('the catalogue', catalogueSchema, body)),
  'POST revisions': (control, body) => control.addRevision(checked('the revision', newRevisionSchema, body)),
  'PUT faults': (control, body) => control.setFaults(checked('the list of faults', faultsSchema, body)),
  'GET runs': (control) => control.runs(),
  'GET calls': (control) => control.calls(),
}

/** Answers a request to the control: 400 names what is wrong with the body, 404 says what there is. */
export const answerControl = (control: Control, { method, url, body }: JsonRequest): Reply => {
  const route = routes[`${method} ${url.pathname.slice(controlPath.length)}`]
  if (route === undefined)
    return {
      status: 404,
      body: { message: `the control has ${Object.keys(routes).join(', ')} under ${controlPath}` },
    }
  try {
    return { status: 200, body: route(control, body) }
  } catch (error) {
    if (error instanceof ControlError) return { status: 400, body: { message: error.message } }
    throw error
  }
}
