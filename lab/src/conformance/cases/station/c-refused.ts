import { stationCase, type StationCase, type StationScene } from '../../station/case.ts'
import { asks, connects, connectsAndCharges } from '../../station/charge.ts'
import { nobodyCharges, type Judgement } from '../../station/tokens.ts'
import type { Token, Tokens } from '../../csms/subject.ts'

/** What the CSMS thinks of a token that may not charge. */
const refusals: Readonly<Record<string, readonly [(tokens: Tokens) => Token, Judgement]>> = {
  TC_C_02_CS: [({ unknown }) => unknown, 'Invalid'],
  TC_C_06_CS: [({ blocked }) => blocked, 'Blocked'],
  TC_C_07_CS: [({ expired }) => expired, 'Expired'],
  TC_C_56_CS: [({ unknown }) => unknown, 'Unknown'],
}

async function doesNotCharge(scene: StationScene, token: Token, status: Judgement): Promise<void> {
  await scene.csms.boots()
  await connects(scene)
  await asks(scene, token, { status })
  await nobodyCharges(scene, `a token that is ${status} does not charge`)
}

export const refusedTokens: readonly StationCase[] = [
  ...Object.entries(refusals).map(([id, [token, status]]) =>
    stationCase(id, (scene) => doesNotCharge(scene, token(scene.tokens), status)),
  ),

  stationCase('TC_C_04_CS', async (scene) => {
    await scene.csms.boots()
    await connectsAndCharges(scene)
    await asks(scene, scene.tokens.unknown)
    await nobodyCharges(scene, 'a good token of somebody else does not end the transaction')
  }),
]
