import type { Request } from '@interlock/ocpp'
import { absent, including, present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { hasSaidAll, here } from '../../station/states.ts'
import { nameOf, named, report, reads, sets, type Reported } from '../../station/variables.ts'

type Asked = Omit<Request<'GetReport'>, 'requestId'>

const states = ['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted']
const evseState = {
  component: { name: 'EVSE', evse: { id: here.id } },
  variable: { name: 'AvailabilityState' },
}
/** One state, which only the station sets, of those that OCPP knows. */
const stateOfEvse = {
  ...evseState,
  variableAttribute: [{ mutability: 'ReadOnly', value: 'Available' }],
  variableCharacteristics: { dataType: 'OptionList', valuesList: states.join(',') },
}
const items = named('DeviceDataCtrlr', 'ItemsPerMessage')

/** What the station reports when it is asked so. */
async function isReported(scene: StationScene, asked: Asked): Promise<readonly Reported[]> {
  const requestId = 1_608
  await scene.csms.sends('GetReport', { requestId, ...asked }, { status: 'Accepted' })
  return report(scene, requestId)
}

const namesOf = (data: readonly Reported[]): readonly string[] => data.map(nameOf)
const isEnabled = ({ variable }: Reported): boolean => variable.name === 'Enabled'
const valueOf = ({ variableAttribute: [attribute] }: Reported): string | undefined =>
  attribute?.value

export const customReports: readonly StationCase[] = [
  stationCase('TC_B_14_CS', async (scene) => {
    const { csms, steps } = scene
    await csms.boots()
    const requestId = 14
    const asked = { requestId, reportBase: 'SummaryInventory' } as const
    await csms.sends('GetBaseReport', asked, { status: 'Accepted' })
    const data = await report(scene, requestId)
    const places = ['ChargingStation', 'EVSE', 'Connector']
    for (const name of places) {
      const available = { component: { name }, variable: { name: 'AvailabilityState' } }
      const state = { ...available, variableAttribute: [{ value: 'Available' }] }
      steps.expect(`the state of the ${name} is in it`, including(state), data)
    }
    const problem = { variable: { name: 'Problem' }, variableAttribute: [{ value: 'false' }] }
    steps.expect('and whether there is a problem', including(problem), data)
    steps.expect('what can be set is not', absent, data.find(isEnabled))
  }),

  stationCase('TC_B_16_CS', async (scene) => {
    const { csms, steps } = scene
    await csms.boots()
    // One component is not enabled.
    const cache = named('AuthCacheCtrlr', 'Enabled')
    await sets(scene, [{ ...cache, attributeValue: 'false' }], 'Accepted')
    const requestId = 16
    const whole = { requestId, reportBase: 'FullInventory' } as const
    await csms.sends('GetBaseReport', whole, { status: 'Accepted' })
    const all = (await report(scene, requestId)).filter(isEnabled)
    const data = (await isReported(scene, { componentCriteria: ['Enabled'] })).filter(isEnabled)
    const enabled = namesOf(all.filter((each) => valueOf(each) === 'true'))
    steps.expect('every component that is enabled is in it, and no other', enabled, namesOf(data))
    steps.expect('there is one that is not', true, enabled.length < all.length)
    const wanted = data.map(({ component, variable }) => ({ component, variable }))
    await reads(
      scene,
      wanted,
      wanted.map((each) => ({ ...each, attributeStatus: 'Accepted', attributeValue: 'true' })),
    )
  }),

  stationCase('TC_B_17_CS', async (scene) => {
    await scene.csms.boots()
    const data = await isReported(scene, { componentVariable: [evseState] })
    scene.steps.expect('that variable is reported, and no other', [stateOfEvse], data)
  }),

  stationCase('TC_B_18_CS', async (scene) => {
    const { csms, steps } = scene
    await csms.boots()
    const componentVariable = [evseState] as const
    const data = await isReported(scene, {
      componentCriteria: ['Available'],
      componentVariable: [...componentVariable],
    })
    steps.expect('the EVSE exists, and its state is reported', [stateOfEvse], data)
    const none = { requestId: 18, componentCriteria: ['Problem' as const] }
    await csms.sends(
      'GetReport',
      { ...none, componentVariable: [...componentVariable] },
      { status: 'EmptyResultSet' },
    )
    await hasSaidAll(scene)
    csms.isNotSent('NotifyReport', 'it has no problem, and nothing is reported')
  }),

  stationCase('TC_B_54_CS', async (scene) => {
    await scene.csms.boots()
    const data = await isReported(scene, { componentVariable: [items] })
    const instances = ['GetReport', 'GetVariables', 'SetVariables']
    const each = instances.map((instance) => ({
      ...items,
      variable: { ...items.variable, instance },
      variableAttribute: [{ value: present }],
    }))
    scene.steps.expect('each instance is reported', including(...each), data)
    scene.steps.expect('and nothing else', instances.length, data.length)
  }),

  stationCase('TC_B_55_CS', async (scene) => {
    await scene.csms.boots()
    const one = named('DeviceDataCtrlr', 'ItemsPerMessage', 'GetReport')
    const data = await isReported(scene, { componentVariable: [one] })
    scene.steps.expect('that instance is reported, and no other', [one], data)
  }),

  stationCase('TC_B_56_CS', async (scene) => {
    await scene.csms.boots()
    const asked = { component: { name: 'EVSE' }, variable: evseState.variable }
    const data = await isReported(scene, { componentVariable: [asked] })
    scene.steps.expect('each EVSE is reported', [stateOfEvse], data)
  }),
]
