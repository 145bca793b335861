import { readFileSync } from 'node:fs'
import { writeAtomic } from '@interlock/host'
import { expect, test } from 'vitest'
import { actorPlace, quietDeps } from '../../../tools/doors/actor-place.ts'
import { testHierarchy } from '../../../tools/doors/hierarchy.ts'
import { startSupplier } from './supplier.ts'

const hierarchy = testHierarchy('smartMeter')
const { dir, root, config: common } = actorPlace(hierarchy.certify('supplier'), hierarchy.rootPem)
const tariff = `${dir}/tariff.json`
const config = {
  ...common,
  actor: 'supplier',
  name: 'Supplier',
  trust: { smartMeter: root },
  // Nobody is there: what is sent to a meter is in the audit trail.
  dcc: 'https://127.0.0.1:1',
  dccCertificate: `${dir}/dcc.pem`,
  meters: ['02-00-00-00-00-00-00-99'],
  clocks: [],
  clockMinutes: 360,
  keptDays: 62,
  tariff,
}
writeAtomic(config.dccCertificate, hierarchy.certify('dcc').chainPem, 0o644)

/** The versions it has sent to its meter since the first of these starts. */
async function sentAfterStart(): Promise<number[]> {
  const supplier = await startSupplier(config, quietDeps)
  await supplier.close()
  return readFileSync(`${common.data}/audit.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; data: { version: number } })
    .filter(({ kind }) => kind === 'TariffSent')
    .map(({ data }) => data.version)
}
const write = (pencePerKilowattHour: number): void => {
  const prices = [{ from: '2026-01-05T18:00:00Z', pencePerKilowattHour }]
  writeAtomic(tariff, JSON.stringify({ prices }), 0o644)
}

test('the tariff in the config is published at the first start, and at a later one only where it is another', async () => {
  write(21.5)
  expect(await sentAfterStart()).toEqual([1])
  expect(await sentAfterStart()).toEqual([1])
  write(30)
  expect(await sentAfterStart()).toEqual([1, 2])
  writeAtomic(tariff, JSON.stringify({ prices: [] }), 0o644)
  await expect(sentAfterStart()).rejects.toThrow(tariff)
})
