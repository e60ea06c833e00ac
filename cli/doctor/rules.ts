import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { present } from '../../lib/run/present.ts'
import type { RuleState } from '../../lib/usecases/inspect/diagnose-access.ts'
import { clientSettings } from '../connect.ts'
import type { StackLocation, StackOptions } from '../stack-location.ts'

/** The rules of infra/bus.yml. Their names begin with the name of the run bus. */
const rulesOf = (bus: string): readonly Omit<RuleState, 'state'>[] => [
  {
    name: `${bus}-run-requests`,
    bus,
    whileOff: 'while it is off, run requests that are put on the bus are lost',
  },
  {
    name: `${bus}-asset-events`,
    bus: 'default',
    whileOff: 'while it is off, publishing an asset requests no run',
  },
  {
    name: `${bus}-generation-events`,
    bus: 'default',
    whileOff: 'while it is off, endings are announced by the sweep, minutes late',
  },
]

/** Reads the state of each rule. A local stack has the same rules. */
export const ruleStates = (location: StackLocation, options: StackOptions): Promise<readonly RuleState[]> => {
  const client = new EventBridgeClient(clientSettings(location, 'eventbridge', options))
  return Promise.all(
    rulesOf(location.eventBusName).map(async (rule) => {
      const described = await client
        .send(new DescribeRuleCommand({ Name: rule.name, EventBusName: rule.bus }))
        .catch((error: unknown) => {
          if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined
          throw error
        })
      return { ...rule, ...present({ state: described?.State }) }
    }),
  )
}
