import { vendorId } from '@interlock/contract'
import { encodePreCommand, signPreCommand, type CommandOf } from '@interlock/gbcs'
import type { Identity } from '@interlock/host'
import { inHours, plus, toBase64, type PrivateKey } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import { signProvider, type ProviderStatement } from '@interlock/seal'
import { expect, test } from 'vitest'
import { armFrom, curveOf, second, sign } from './fixture/commands.fixture.ts'
import {
  crypto,
  csms,
  dsrsp,
  dsrspMeter,
  llcs,
  next,
  nextMeter,
  otherStation,
  rival,
  stationSubject,
  supervisor,
  supplier,
} from './fixture/parties.fixture.ts'
import { night, scene, type Scene } from './fixture/scene.fixture.ts'

type Controller = Partial<CommandOf<'CS02g'>> & { readonly of?: Identity; readonly by?: PrivateKey }
/** The LLCS passes on what the home's supplier signed about its load controller. */
const byLlcs = (
  to: Scene,
  counter: number,
  { of = nextMeter, by = supplier.key, ...change }: Controller = {},
) =>
  to.llcs.tell({
    kind: 'loadController',
    signed: toBase64(
      signPreCommand(
        encodePreCommand({
          useCase: 'CS02g',
          originator: supplier.peer.organisation,
          target: llcs,
          counter: BigInt(counter),
          floor: 0n,
          replacements: [
            {
              cell: { role: 'loadController', keyUsage: 'digitalSignature' },
              certificate: of.peer.der,
            },
          ],
          path: fromPem(of.chainPem, 'CERTIFICATE').slice(1),
          timeChecks: true,
          ...change,
        }),
        by,
        crypto,
      ),
    ),
  })

type Statement = Partial<ProviderStatement> & { readonly of?: Identity; readonly by?: Identity }
/** The CSMS passes on what the supervisor signed about the provider that is bound. */
const byCsms = async (
  to: Scene,
  counter: number,
  { of = next, by = supervisor, ...change }: Statement = {},
) => {
  const chain = fromPem(of.chainPem, 'CERTIFICATE')
  const at = to.clock.now()
  const statement = { station: stationSubject.eui, counter, chain, floor: 0n, at, ...change }
  const signer = { key: by.key, thumbprint: by.peer.thumbprint }
  const data = { ...signProvider(statement, signer, crypto) }
  const request = { vendorId, messageId: 'Provider', data }
  const answer = await to.csms.endpoint().call('DataTransfer', request)
  return answer.statusInfo?.reasonCode
}

/** What a provider's commands and arms come to: why they are refused, undefined where they count. */
const curve = async (to: Scene, by: Identity, counter?: bigint) => {
  const change = counter === undefined ? { by } : { by, counter }
  const jws = second(to.clock, sign(to.clock, 'DataTransfer', curveOf(night), change))
  const answer = await to.csms.command('DataTransfer', jws)
  return (answer as { statusInfo?: { reasonCode?: string } }).statusInfo?.reasonCode
}
const arm = (to: Scene, by: Identity) => {
  const { key, peer } = by
  const window = { use: 'ECS47e', until: plus(night, inHours(6)) } as const
  const { bytes } = armFrom(night, { ...window, key, originator: peer.organisation })
  return to.llcs.tell({ kind: 'arm', preCommand: toBase64(bytes) })
}
const before = { curves: [undefined, 'SignerUnknown'], arms: [undefined, 'ArmOriginator'] }
const after = { curves: ['SignerUnknown', undefined], arms: ['ArmOriginator', undefined] }
const standing = async (to: Scene) => ({
  curves: [await curve(to, dsrsp), await curve(to, next)],
  arms: [await arm(to, dsrspMeter), await arm(to, nextMeter)],
})

test('once LLCS and supervisor name the same provider it alone counts, from the floor on and over a loss of power', async () => {
  const to = await scene()
  expect(await standing(to)).toEqual(before)
  expect(await byLlcs(to, 7)).toBeUndefined()
  expect(await byCsms(to, 3, { floor: 5_000n })).toBeUndefined()
  // The curve of the one before is gone with it.
  const measured = { hertz: 49.6, measuredAt: to.clock.now(), until: plus(night, inHours(1)) }
  const { digest } = armFrom(night, { use: 'ECS47e' })
  expect(await to.llcs.tell({ kind: 'respond', digest, ...measured })).toBe('NoCurve')
  expect(await curve(to, next, 5_000n)).toBe('Replayed')
  expect(await curve(to, next, 5_001n)).toBeUndefined()
  await to.restart()
  await to.llcs.tell({ kind: 'time', at: to.clock.now() })
  expect(await curve(to, next, 5_001n)).toBe('Replayed')
  expect(await curve(to, dsrsp, 9_000n)).toBe('SignerUnknown')
  expect([await arm(to, dsrspMeter), await arm(to, nextMeter)]).toEqual(after.arms)
  // What was said is known, and neither word serves twice: the way back needs two new ones.
  expect([await byLlcs(to, 7), await byCsms(to, 3)]).toEqual([undefined, undefined])
  expect([await byLlcs(to, 6), await byCsms(to, 2)]).toEqual(['Replayed', 'Replayed'])
  expect(await byCsms(to, 4, { of: dsrsp })).toBeUndefined()
  expect(await curve(to, dsrsp, 9_000n)).toBe('SignerUnknown')
  expect(await byLlcs(to, 8, { of: dsrspMeter })).toBeUndefined()
  expect(await curve(to, dsrsp, 9_000n)).toBeUndefined()
})

test('neither LLCS nor CSMS with supervisor changes the provider alone, and two that name others do not together', async () => {
  const to = await scene()
  expect(await byLlcs(to, 7)).toBeUndefined()
  expect(await standing(to)).toEqual(before)
  // The supervisor names the one before.
  expect(await byCsms(to, 3, { of: dsrsp })).toBeUndefined()
  expect(await standing(to)).toEqual(before)
  const alone = await scene()
  expect(await byCsms(alone, 3)).toBeUndefined()
  expect(await standing(alone)).toEqual(before)
  // Its own charging certificate as that of the smart-meter side.
  expect(await byLlcs(alone, 7, { of: next })).toBe('ChainRefused')
  expect(await standing(alone)).toEqual(before)
})

test('a half that is forged, made for another device, or not a provider’s counts for nothing', async () => {
  const to = await scene()
  const stranger = crypto.generateKey().key
  expect(await byLlcs(to, 7, { by: stranger })).toBe('SignatureInvalid')
  expect(await byLlcs(to, 7, { originator: next.peer.organisation })).toBe('SignerUnknown')
  expect(await byLlcs(to, 7, { target: otherStation })).toBe('TargetMismatch')
  expect(await byLlcs(to, 7, { of: supplier })).toBe('RoleWrong')
  expect(await byCsms(to, 3, { by: csms })).toBe('SignerUnknown')
  const signature = { ...supervisor, key: stranger }
  expect(await byCsms(to, 3, { by: signature })).toBe('SignatureInvalid')
  expect(await byCsms(to, 3, { station: otherStation })).toBe('TargetMismatch')
  expect(await byCsms(to, 3, { of: rival })).toBe('RoleForbidden')
  expect(await byCsms(to, 3, { of: nextMeter })).not.toBeUndefined()
  expect([await byLlcs(to, 7), await standing(to)]).toEqual([undefined, before])
})

test('while what is revoked is not known neither half is taken', async () => {
  const to = await scene({ withoutLists: true })
  expect([await byLlcs(to, 7), await byCsms(to, 3)]).toEqual(['RevocationStale', 'RevocationStale'])
})
