import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { nodeCrypto as crypto, writeAtomic, type Identity } from '@interlock/host'
import { toHex } from '@interlock/kernel'
import { keyIdOfPeer } from '@interlock/pki'
import { expect } from 'vitest'
import { toMeter, type World } from './attempts.fixture.ts'
import { image } from './firmware.fixture.ts'
import { prenotification } from './network.fixture.ts'
import { standardTariff } from './tariffs.fixture.ts'

/** Runs each command as the command line does, one after the other in one process. */
const script = `
  const { loadCommand } = await import('./cli/bin/command.mjs')
  const { main } = await loadCommand()
  for (const command of JSON.parse(process.argv.at(-1))) await main(command)
`

/** What commands of a supplier print, in their order. */
export async function interlock(
  { url, dir }: Pick<World, 'url' | 'dir'>,
  ...commands: readonly (readonly string[])[]
): Promise<readonly unknown[]> {
  const access = ['--dcc', url, '--identity', `${dir}/smki-supplier`]
  const trust = ['--trust', `${dir}/smart-meter.pem`]
  const by = ['--certificate', `${dir}/smki-dcc/chain.pem`, '--json']
  const words = JSON.stringify(commands.map((each) => [...each, ...access, ...trust, ...by]))
  const args = ['--input-type=module', '--eval', script, words]
  const ran = promisify(execFile)('node', args)
  const { stdout } = await ran.catch((error: unknown) => error as { stdout: string })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

/**
 * A meter's tariff is read and shown, also by whoever pinned another supplier; then it is commanded, and in the end
 * it has `next` in its cells and is gone.
 */
export async function commandedByLine(world: World, next: Identity): Promise<void> {
  const { supplier } = world.users
  const meter = world.devices.meter.peer.eui
  const tariff = toMeter(world, '1.1.1', supplier, standardTariff())
  expect((await world.arm(supplier, tariff, supplier.key)).name).toBe('Accepted')
  const [holder, notice] = [`${world.dir}/next.pem`, `${world.dir}/notice.json`]
  writeAtomic(holder, next.chainPem, 0o644)
  const { kind: _kind, device: _device, ...notified } = prenotification(meter)
  writeAtomic(notice, JSON.stringify(notified), 0o644)
  const pinned = ['--supplier', `${world.dir}/smki-supplier/chain.pem`]
  const [read, forged, ...done] = await interlock(
    world,
    ['tariff', 'read', meter, ...pinned],
    ['tariff', 'read', meter, '--supplier', `${world.dir}/smki-dsrsp/chain.pem`],
    ['controllers', 'offset', meter, '--seconds', '600'],
    ['devices', 'firmware', meter, '--hash', toHex(image)],
    ['devices', 'notify', meter, '--notice', notice],
    ['credentials', 'replace', meter, '--holder', holder],
    ['devices', 'decommission', meter],
  )
  expect(read).toMatchObject({
    meter,
    counter: tariff.counter.toString(),
    changes: expect.arrayContaining([
      expect.objectContaining({ pencePerKilowattHour: 2.121 }),
    ]) as unknown,
    shown: { useCase: 'ECS24', content: { priceScale: -5 } },
    differ: [],
  })
  expect(forged).toMatchObject({ ok: false, reason: 'TariffForged' })
  const [before, after] = [supplier, next].map(({ peer }) => ({
    organisation: peer.organisation,
    keyId: toHex(keyIdOfPeer(peer, crypto)),
  }))
  const usages = ['digitalSignature', 'keyAgreement']
  const outcome = 'success'
  const cells = usages.map((keyUsage) => ({ role: 'supplier', keyUsage, outcome, before, after }))
  expect(done).toMatchObject([
    // It has no load that it could put off.
    { ok: false, reason: 'DeviceRefused' },
    { device: meter, outcome: 'Accepted' },
    { ok: false, reason: 'DeviceStatusWrong' },
    { device: meter, cells },
    { device: meter, outcome: 'Accepted' },
  ])
}
