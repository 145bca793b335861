import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { createSmki } from '@interlock/dcc'
import {
  duisClient,
  httpClient,
  identityOf,
  loadIdentity,
  nodeCrypto,
  pinPeer,
  readText,
  systemClock,
  type Identity,
} from '@interlock/host'
import { assert, eui64, type Role } from '@interlock/kernel'
import { fromPem } from '@interlock/pki'
import { credentialsIn, replaceCredentials } from '@interlock/supplier'
import { organisations, type Home } from './address-book.ts'
import { maintainerDir } from './ceremony.ts'
import { dccCertificate, https } from './configs.ts'
import type { Street } from './start-street.ts'

/** Another DSR provider, with its keys under both roots. */
export type NextProvider = { readonly charging: Identity; readonly smartMeter: Identity }

/** The parties of a change of DSR provider, each of which does its own part over its own connection. */
export type ProviderChange = {
  readonly next: NextProvider
  /** The supplier has the LLCS put the next one into its cells; the LLCS tells the charger. What became of each cell. */
  readonly bySupplier: (home: Home) => Promise<readonly string[]>
  /** The supervisor's own people bind the next one; the CSMS's console has the charger brought what was signed. */
  readonly bySupervisor: (home: Home) => Promise<string | undefined>
  readonly close: () => Promise<void>
}

const nextEui = eui64('02-00-00-00-00-00-00-77')
const recoveryEui = eui64('02-00-00-00-00-00-00-78')

/** Certifies the next provider under both roots, and has the supervisor register it by its recovery key. */
export async function prepareChange(street: Street): Promise<ProviderChange> {
  const { layout } = street.plan
  const { activity, clock } = street.depsOf('change-of-provider')
  const { next, recovery } = certify(street)
  const clientOf = (identity: Identity, root: string) =>
    httpClient({ identity, trust: { roots: [readText(root)] }, activity })
  const { charging, smartMeter } = layout.trust
  const supplier = loadIdentity(layout.server('supplier').smartMeter)
  const desks = {
    recovery: clientOf(recovery, charging),
    supervisor: clientOf(loadIdentity(maintainerDir(layout)), charging),
    // The console is the CSMS's own.
    csms: clientOf(loadIdentity(layout.server('web').charging), charging),
    supplier: clientOf(supplier, smartMeter),
  }
  const at = (actor: 'supervisor' | 'csms'): string => `${https(street.plan, actor)}/api/v1`
  const registered = await desks.recovery.request('POST', `${at('supervisor')}/providers`, {
    chainPem: next.charging.chainPem,
  })
  assert(registered.status === 201, JSON.stringify(registered.body))
  const dcc = duisClient({
    http: desks.supplier,
    url: https(street.plan, 'dcc'),
    identity: supplier,
    company: pinPeer(dccCertificate(street.plan), () => {}),
    roots: [readText(smartMeter)],
    crypto: nodeCrypto,
    wall: systemClock,
    record: () => {},
  })
  return {
    next,
    async bySupplier(home) {
      const chain = fromPem(next.smartMeter.chainPem, 'CERTIFICATE')
      const body = credentialsIn(chain, 0n, nodeCrypto)
      assert(body.ok, 'a DSR provider has cells')
      const { organisation } = supplier.peer
      const asking = { dcc, organisation, key: supplier.key, crypto: nodeCrypto }
      const counter = BigInt(clock.now()) * 1_000n
      const answer = await replaceCredentials(body.value, home.llcs, counter, asking)
      if (!answer.ok) return [answer.reason]
      const { value } = answer
      return typeof value === 'string' ? [value] : value.map(({ outcome }) => outcome)
    },
    async bySupervisor(home) {
      const binding = { dsrsp: next.charging.peer.organisation, floor: '0' }
      const bound = await desks.supervisor.request(
        'POST',
        `${at('supervisor')}/devices/${home.stationId}/provider`,
        binding,
      )
      assert(bound.status === 200, JSON.stringify(bound.body))
      const { statement } = bound.body as { readonly statement: object }
      const url = `${at('csms')}/stations/${home.stationId}/provider`
      const { body } = await desks.csms.request('POST', url, statement)
      return (body as { readonly status?: string }).status
    },
    async close() {
      for (const desk of Object.values(desks)) await desk.close()
    },
  }
}

function certify({ plan }: Street): { readonly next: NextProvider; readonly recovery: Identity } {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(plan.layout.ceremony, 'charging'), deps)
  const smartMeter = createSmki(join(plan.layout.ceremony, 'smart-meter'), deps)
  try {
    const subject = (commonName: string, role: Role, eui: typeof nextEui, organisation = eui) => ({
      commonName,
      role,
      eui,
      organisation,
    })
    const made = ({ keyPem, chainPem }: { keyPem: string; chainPem: string }): Identity =>
      identityOf(keyPem, chainPem, 'change of provider')
    const dsrsp = subject('next-dsrsp', 'dsrsp', nextEui)
    const people = subject('recovery', 'recovery', recoveryEui, organisations.supervisor)
    return {
      next: {
        charging: made(charging.certify(dsrsp)),
        smartMeter: made(smartMeter.certify(dsrsp)),
      },
      recovery: made(charging.certify(people)),
    }
  } finally {
    charging.close()
    smartMeter.close()
  }
}
