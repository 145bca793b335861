import type { Request } from '@interlock/ocpp'
import { not, such, text } from '../../match.ts'
import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { bootsAndCharges, departs } from '../../station/charge.ts'

type Ask = Request<'CustomerInformation'>

/** What the station tells when it is asked: the pages of one report, joined. */
async function told(scene: StationScene, asked: Ask): Promise<string> {
  const { csms, steps } = scene
  const { requestId } = asked
  await csms.sends('CustomerInformation', asked, { status: 'Accepted' })
  const pages: Request<'NotifyCustomerInformation'>[] = []
  do {
    const page = await csms.isSent('NotifyCustomerInformation', { requestId })
    steps.expect('the pages are counted', pages.length, page.seqNo)
    pages.push(page)
  } while (pages.at(-1)?.tbc === true)
  return pages.map(({ data }) => data).join('')
}

const report = { report: true, clear: false } as const
const both = { report: true, clear: true } as const
const unseen = { report: false, clear: true } as const

/** The valid token has charged, and the vehicle has left. */
async function hasCharged(scene: StationScene): Promise<void> {
  await departs(scene, await bootsAndCharges(scene))
}

const something = text(/\S/)

/** A question that names nobody. */
const isInvalid = (id: string, flags: Pick<Ask, 'report' | 'clear'>): StationCase =>
  stationCase(id, async ({ csms }) => {
    await csms.boots()
    await csms.sends('CustomerInformation', { requestId: 940, ...flags }, { status: 'Invalid' })
  })

export const customers: readonly StationCase[] = [
  stationCase('TC_N_27_CS', async (scene) => {
    const { steps, tokens } = scene
    await hasCharged(scene)
    const stranger = await told(scene, { requestId: 941, ...report, idToken: tokens.unknown })
    const known = await told(scene, { requestId: 942, ...report, idToken: tokens.valid })
    steps.expect('it tells of whom it knows', something, known)
    steps.expect('more than of a stranger', not(stranger), known)
  }),

  stationCase('TC_N_28_CS', async (scene) => {
    const { csms, steps, tokens } = scene
    await csms.boots()
    const data = await told(scene, { requestId: 943, ...report, idToken: tokens.unknown })
    steps.expect('it says that there is nothing', nothingOf(tokens.unknown.idToken), data)
  }),

  isInvalid('TC_N_29_CS', report),
  isInvalid('TC_N_33_CS', both),

  stationCase('TC_N_30_CS', async (scene) => {
    const { steps, tokens } = scene
    const idToken = tokens.valid
    await hasCharged(scene)
    const cleared = await told(scene, { requestId: 944, ...both, idToken })
    steps.expect('it tells what it clears', something, cleared)
    const after = await told(scene, { requestId: 945, ...report, idToken })
    steps.expect('it knows that no more', not(cleared), after)
    const stranger = await told(scene, { requestId: 946, ...report, idToken: tokens.unknown })
    steps.expect('as if it had never known', stranger, after)
  }),

  stationCase('TC_N_31_CS', async (scene) => {
    const { csms, steps, tokens } = scene
    await csms.boots()
    const data = await told(scene, { requestId: 947, ...both, idToken: tokens.unknown })
    steps.expect('it says that there is nothing', nothingOf(tokens.unknown.idToken), data)
  }),

  stationCase('TC_N_32_CS', async (scene) => {
    const { steps, tokens } = scene
    const idToken = tokens.valid
    await hasCharged(scene)
    const known = await told(scene, { requestId: 948, ...report, idToken })
    const cleared = await told(scene, { requestId: 949, ...unseen, idToken })
    steps.expect('it says that it is cleared, and not what', not(known), cleared)
    const after = await told(scene, { requestId: 950, ...report, idToken })
    const stranger = await told(scene, { requestId: 951, ...report, idToken: tokens.unknown })
    steps.expect('it knows nothing any more', stranger, after)
  }),
]

const nothingOf = (token: string) =>
  such('words without the token', (data) => {
    return typeof data === 'string' && data !== '' && !data.includes(token)
  })
