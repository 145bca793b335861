import { readFileSync, writeFileSync } from 'node:fs'
import { hanAnswers, hanTariff } from '@interlock/contract'
import {
  encodePreCommand,
  signPreCommand,
  type CommandOf,
  type CredentialsUseCase,
  type TrustAnchorCell,
} from '@interlock/gbcs'
import { openJournal, temporaryDir, type Identity } from '@interlock/host'
import { toBase64, type PrivateKey } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import { signingCells, trustAnchorCells } from '@interlock/seal'
import { expect, test } from 'vitest'
import { lastCounter, type CounterSet } from './core/counters.ts'
import { armFrom } from './fixture/hub.fixture.ts'
import {
  certified,
  chargingDsrsp,
  crypto,
  dsrsp,
  llcs,
  meter,
  owner,
  supplier,
} from './fixture/parties.fixture.ts'
import { createKeeper } from './keeper.ts'
import { scene, start, type Scene } from './fixture/scene.fixture.ts'

const next = certified('dsrsp', 5)
const renewed = certified('supplier', 4)

type Change = Partial<CommandOf<CredentialsUseCase>> & {
  readonly by?: PrivateKey
  readonly of?: Identity
}
/** An update of credentials as its originator signs it; by default of the load controller. */
function update(counter: number, { by = supplier.key, of = next, ...change }: Change = {}) {
  const useCase = change.useCase ?? 'CS02g'
  const role = useCase === 'CS02b' ? 'supplier' : 'loadController'
  const cells = ['digitalSignature', 'keyAgreement'] as const
  return signPreCommand(
    encodePreCommand({
      originator: supplier.peer.organisation,
      target: llcs.peer.eui,
      counter: BigInt(counter),
      floor: 5_000n,
      replacements: cells.map((keyUsage) => ({
        cell: { role, keyUsage } satisfies TrustAnchorCell,
        certificate: of.peer.der,
      })),
      path: fromPem(of.chainPem, 'CERTIFICATE').slice(1),
      timeChecks: true,
      ...change,
      useCase,
    }),
    by,
    crypto,
  )
}
const responseBy = (party: Identity, counter: number) =>
  armFrom(start, {
    use: 'ECS47e',
    originator: party.peer.organisation,
    key: party.key,
    counter: BigInt(counter),
  }).bytes
const deliver = async ({ hub }: Scene, bytes: Uint8Array): Promise<string> =>
  (await hub.deliver(bytes))?.result ?? 'discarded'

test('another load controller pre-authorises from the floor on, and the one before never again, over a loss of power', async () => {
  const to = await scene()
  expect(await deliver(to, responseBy(dsrsp, 10_000))).toBe('success')
  expect(await deliver(to, responseBy(next, 6_000))).toBe('discarded')
  await to.hub.deliver(armFrom(start, { counter: 10_000n }).bytes)
  const change = update(7)
  const answer = await to.hub.deliver(change)
  const holders = {
    outcome: 'success',
    before: { organisation: dsrsp.peer.organisation },
    after: { organisation: next.peer.organisation },
  }
  expect(answer).toMatchObject({ result: 'success', floor: 5_000n, cells: [holders, holders] })
  // What the one before had pre-authorised is gone with it; the owner's arm is not.
  expect(to.llcs.arms().map(({ originator }) => originator)).toEqual([owner.eui])
  // The charger hears it as the supplier signed it, now and when it comes back.
  const told = [{ kind: 'loadController', signed: toBase64(change) }]
  expect(to.station.of('loadController')).toEqual(told)
  expect(await deliver(to, responseBy(next, 5_000))).toBe('discarded')
  expect(await deliver(to, responseBy(next, 5_001))).toBe('success')
  await to.restart()
  expect(to.station.of('loadController')).toEqual(told)
  expect(await deliver(to, responseBy(dsrsp, 20_000))).toBe('discarded')
  expect(await deliver(to, responseBy(next, 5_001))).toBe('discarded')
  expect(await deliver(to, responseBy(next, 5_002))).toBe('success')
  // The supplier's message is good once, so nobody brings an earlier controller back with it.
  expect(await deliver(to, update(7))).toBe('discarded')
  expect(await deliver(to, update(8, { of: dsrsp }))).toBe('success')
  // Its own counters were never forgotten: the floor is below them, and does not lower them.
  expect(await deliver(to, responseBy(dsrsp, 10_000))).toBe('discarded')
  expect(await deliver(to, responseBy(dsrsp, 10_001))).toBe('success')
})

test('nobody but the supplier changes who controls, and nobody into a cell or with a certificate that does not fit', async () => {
  const to = await scene()
  const byController = { originator: dsrsp.peer.organisation, by: dsrsp.key }
  expect(await deliver(to, update(7, byController))).toBe('discarded')
  expect(await deliver(to, update(7, { by: dsrsp.key }))).toBe('discarded')
  expect(await deliver(to, update(7, { originator: owner.eui, by: owner.key }))).toBe('discarded')
  const intoCell = (role: TrustAnchorCell['role'], of: Identity) => ({
    replacements: [
      { cell: { role, keyUsage: 'digitalSignature' }, certificate: of.peer.der } as const,
    ],
  })
  const refused = async (counter: number, change: Change, outcome: string): Promise<void> => {
    const answer = await to.hub.deliver(update(counter, change))
    expect(answer?.result).toBe('otherReason')
    expect(answer?.floor).toBeUndefined()
    expect(answer?.cells?.map((each) => each.outcome)).toContain(outcome)
  }
  await refused(7, { useCase: 'CS02b', ...intoCell('loadController', next) }, 'other')
  await refused(8, intoCell('accessControlBroker', next), 'other')
  await refused(9, { of: chargingDsrsp }, 'badCertificate')
  await refused(10, { of: renewed }, 'badCertificate')
  await refused(11, { useCase: 'CS02b', of: certified('supplier', 6) }, 'badCertificate')
  await refused(12, { path: [] }, 'badCertificate')
  expect(to.happenings.at(-1)).toMatchObject({ kind: 'security', reason: 'CertificateRefused' })
  expect(await deliver(to, responseBy(next, 6_000))).toBe('discarded')
  expect(await deliver(to, responseBy(dsrsp, 10_000))).toBe('success')
  expect(await deliver(to, update(13))).toBe('success')
})

/** One half-hour of prices, as the supplier signs them. */
const tariff = (version: number, key: PrivateKey) =>
  hanTariff(
    signPreCommand(
      encodePreCommand({
        useCase: 'UpdateHalfHourlyTariff',
        originator: supplier.peer.organisation,
        target: meter,
        counter: BigInt(version),
        version,
        from: start,
        prices: [27_300],
      }),
      key,
      crypto,
    ),
  )

test('a supplier renews its certificate: what the old key signs counts no longer', async () => {
  const to = await scene()
  const done = Uint8Array.of(hanAnswers.done)
  expect(await to.hub.raw(tariff(1, supplier.key))).toEqual(done)
  const renewal = { useCase: 'CS02b', of: renewed, floor: 100n } as const
  const change = update(7, renewal)
  expect(await deliver(to, change)).toBe('success')
  // The charger hears it as the supplier signed it, now and when it comes back.
  const told = [{ kind: 'supplier', signed: toBase64(change) }]
  expect(to.station.of('supplier')).toEqual(told)
  await to.restart()
  expect(to.station.of('supplier')).toEqual(told)
  expect(await to.hub.raw(tariff(2, supplier.key))).not.toEqual(done)
  expect(await to.hub.raw(tariff(2, renewed.key))).toEqual(done)
  expect(await deliver(to, update(101))).toBe('discarded')
  expect(await deliver(to, update(100, { by: renewed.key }))).toBe('discarded')
  expect(await deliver(to, update(101, { by: renewed.key }))).toBe('success')
})

test('killed at any write or half-way through it, no new holder is without its floor, and no counter goes back', async () => {
  const to = await scene()
  await deliver(to, responseBy(dsrsp, 10_000))
  await deliver(to, update(7))
  await deliver(to, responseBy(next, 5_001))
  await deliver(to, update(8, { of: dsrsp, floor: 20_000n }))
  await to.llcs.close()
  const written = readFileSync(to.journalPath)
  const newline = 0x0a
  const ends = [...written.keys()].filter((at) => written[at] === newline).map((at) => at + 1)
  const halves = ends.map((end, index) => Math.floor(((ends[index - 1] ?? 0) + end) / 2))
  const parties = [dsrsp, next, supplier].map(({ peer }) => peer.organisation)
  const holders: string[] = []
  let before: CounterSet = {}
  for (const cut of [...ends, ...halves].toSorted((left, right) => left - right)) {
    const path = `${temporaryDir('interlock-llcs-killed')}/journal.jsonl`
    writeFileSync(path, written.subarray(0, cut))
    const keeper = createKeeper(openJournal(path))
    const { counters, cells } = keeper.memory
    const held = trustAnchorCells({ loadController: dsrsp.peer }, () => cells, crypto)
    keeper.close()
    for (const each of parties)
      expect(lastCounter(counters, each)).toBeGreaterThanOrEqual(lastCounter(before, each))
    before = counters
    const holder = held.peerIn(signingCells.loadController)?.organisation
    if (holder === next.peer.organisation)
      expect(lastCounter(counters, holder)).toBeGreaterThanOrEqual(5_000n)
    else
      expect(lastCounter(counters, next.peer.organisation)).toBe(cells === undefined ? 0n : 5_001n)
    if (holder !== undefined && holder !== holders.at(-1)) holders.push(holder)
  }
  expect(holders).toEqual([dsrsp, next, dsrsp].map(({ peer }) => peer.organisation))
  expect(parties.map((each) => lastCounter(before, each))).toEqual([20_000n, 5_001n, 8n])
})
