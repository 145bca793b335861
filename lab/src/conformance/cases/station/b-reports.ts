import type { Request } from '@interlock/ocpp'
import { oneOf, present } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { requiredVariables, writableVariables } from '../../station/required-variables.ts'
import { nameOf, report, type Reported } from '../../station/variables.ts'

type Base = Request<'GetBaseReport'>['reportBase']

async function reported(scene: StationScene, reportBase: Base, requestId: number) {
  await scene.csms.boots()
  await scene.csms.sends('GetBaseReport', { requestId, reportBase }, { status: 'Accepted' })
  return report(scene, requestId)
}

const isList = ({ variableCharacteristics: of }: Reported): boolean =>
  of !== undefined && ['OptionList', 'SequenceList', 'MemberList'].includes(of.dataType)
const allowed = ({ variableCharacteristics: of }: Reported): readonly string[] =>
  (of?.valuesList ?? '').split(',').map((each) => each.trim())
/** One value of an option list, each member of the others. */
const members = ({ variableAttribute: [attribute] }: Reported): readonly string[] =>
  (attribute?.value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')

/** No entry may be other than it must. */
const none = (
  { steps }: StationScene,
  says: string,
  data: readonly Reported[],
  wrong: (each: Reported) => boolean,
): void => steps.expect(says, [], data.filter(wrong).map(nameOf))

/** B07.FR.10, B07.FR.11: each is described, and a list says what may be in it. */
function areDescribed(scene: StationScene, data: readonly Reported[]): void {
  none(scene, 'each variable is described', data, (each) => {
    return each.variableCharacteristics === undefined
  })
  none(scene, 'each list says what may be in it', data, (each) => {
    return isList(each) && (each.variableCharacteristics?.valuesList ?? '') === ''
  })
}

function areThere(scene: StationScene, data: readonly Reported[], wanted: readonly string[]): void {
  const names = new Set(data.map(nameOf))
  const missing = wanted.filter((name) => !names.has(name))
  scene.steps.expect('none is missing that a station must have', [], missing)
}

export const baseReports: readonly StationCase[] = [
  stationCase('TC_B_12_CS', async (scene) => {
    const data = await reported(scene, 'ConfigurationInventory', 12)
    areDescribed(scene, data)
    none(scene, 'each can be written', data, ({ variableAttribute }) =>
      variableAttribute.every(({ mutability = 'ReadWrite' }) => mutability === 'ReadOnly'),
    )
    areThere(scene, data, writableVariables)
  }),

  stationCase('TC_B_13_CS', async (scene) => {
    const data = await reported(scene, 'FullInventory', 13)
    areDescribed(scene, data)
    areThere(scene, data, requiredVariables)
    const evse = data.find((each) => nameOf(each) === 'EVSE.Power')
    const place = { component: { evse: { id: 1 } }, variableCharacteristics: { maxLimit: present } }
    scene.steps.expect('an EVSE says what power it can provide', place, evse)
  }),

  stationCase('TC_B_53_CS', async (scene) => {
    const data = await reported(scene, 'FullInventory', 53)
    areThere(scene, data, requiredVariables)
    areDescribed(scene, data)
    none(scene, 'each list holds what may be in it', data, (each) => {
      const may = allowed(each)
      return isList(each) && members(each).some((member) => !may.includes(member))
    })
    none(scene, 'what can only be written is not told', data, ({ variableAttribute }) =>
      variableAttribute.some(
        ({ mutability, value }) => mutability === 'WriteOnly' && value !== undefined,
      ),
    )
    const secret = data.find((each) => nameOf(each) === 'SecurityCtrlr.BasicAuthPassword')
    if (secret === undefined) return
    const mutability = oneOf('WriteOnly')
    scene.steps.expect('a password is one', { variableAttribute: [{ mutability }] }, secret)
  }),
]
