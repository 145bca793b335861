import { httpClient, loadIdentity, readText } from '@interlock/host'
import { Fault, type Activity } from '@interlock/kernel'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { https, type Plan } from './configs.ts'
import { rounded } from './measure.ts'

/** What the meters of all homes counted, charging and the rest, as the supplier has read it of them. */
export type Settlement = {
  /** Of which it was read. */
  readonly homes: number
  readonly kilowattHours: number
  readonly pounds: number
}

const ConsumptionShown = Type.Object({
  /** Absent where the meter gave no answer. */
  consumptions: Type.Optional(
    Type.Array(
      Type.Object({
        lines: Type.Array(Type.Object({ wattHours: Type.Integer(), exactPence: Type.String() })),
      }),
    ),
  ),
})

/**
 * Asks as the supplier's own people, who asks the meters by service request.
 * @throws Fault when the supplier does not answer as it should
 */
export async function settle(plan: Plan, activity: Activity): Promise<Settlement> {
  const http = httpClient({
    identity: loadIdentity(plan.layout.server('supplier').smartMeter),
    trust: { roots: [readText(plan.layout.trust.smartMeter)] },
    activity,
  })
  const lines: { readonly wattHours: number; readonly exactPence: string }[] = []
  let homes = 0
  try {
    for (const { meter, address } of plan.homes) {
      const url = `${https(plan, 'supplier')}/api/v1/devices/${meter}/consumption`
      const { body } = await http.request('GET', url)
      if (!Value.Check(ConsumptionShown, body))
        throw new Fault('AnswerInvalid', `the meter of ${address}`)
      if (body.consumptions === undefined) continue
      homes += 1
      lines.push(...body.consumptions.flatMap((each) => each.lines))
    }
  } finally {
    await http.close()
  }
  const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0)
  return {
    homes,
    kilowattHours: rounded(sum(lines.map(({ wattHours }) => wattHours)) / 1_000),
    pounds: rounded(sum(lines.map(({ exactPence }) => Number(exactPence))) / 100),
  }
}
