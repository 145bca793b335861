import { join } from 'node:path'
import { createAuthority } from '@interlock/authority'
import { createSmki } from '@interlock/dcc'
import { ensureDir, nodeCrypto, saveIdentity, systemClock, writeAtomic } from '@interlock/host'
import { eui64, type Eui64, type Role } from '@interlock/kernel'
import {
  feederMeter,
  organisations,
  roleOf,
  servers,
  type Home,
  type Server,
} from './address-book.ts'
import { csmsHost } from './csms-ocpp.ts'
import type { DeviceKind, Layout } from './layout.ts'

/**
 * The set-up that happens once, offline, before anything runs: two roots in different folders, an
 * identity under each for every organisation that needs one, and the smart-meter devices as their
 * makers would have provisioned them. Chargers get nothing here: they make their own keys.
 */
export function holdCeremony(layout: Layout, homes: readonly Home[]): void {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const charging = createAuthority(join(layout.ceremony, 'charging'), deps)
  const smartMeter = createSmki(join(layout.ceremony, 'smart-meter'), deps)
  try {
    ensureDir(join(layout.dir, 'trust'))
    writeAtomic(layout.trust.charging, charging.rootPem, 0o644)
    writeAtomic(layout.trust.smartMeter, smartMeter.rootPem, 0o644)
    const subject = (commonName: string, role: Role, eui: Eui64) => ({
      commonName,
      role,
      eui,
      organisation: eui,
    })
    const keep = (dir: string, made: { keyPem: string; chainPem: string }): void =>
      saveIdentity(dir, made.keyPem, made.chainPem)

    for (const name of servers) {
      const who = subject(name === 'csms' ? csmsHost : name, roleOf(name), organisations[name])
      // The console is the operator's own; at its other origin, owners' arms are the app's.
      const organisation = name === 'web' ? organisations.csms : who.organisation
      if (chargingUsers.includes(name))
        keep(layout.server(name).charging, charging.certify({ ...who, organisation }))
      if (smartMeterUsers.includes(name))
        keep(layout.server(name).smartMeter, smartMeter.certify(who))
    }
    keep(
      layout.server('csms').rsa,
      charging.certify(subject(csmsHost, 'csms', organisations.csms), {
        profile: 'chargingServer',
      }),
    )
    keep(
      installerDir(layout),
      charging.certify(subject('installer', 'installer', organisations.supervisor)),
    )
    keep(
      operatorDir(layout),
      charging.certify({
        ...subject('dsrsp-operator', 'maintainer', eui64('02-00-00-00-00-00-00-14')),
        organisation: organisations.dsrsp,
      }),
    )
    keep(
      csmsOperatorDir(layout),
      charging.certify({
        ...subject('csms-operator', 'maintainer', eui64('02-00-00-00-00-00-00-16')),
        organisation: organisations.csms,
      }),
    )
    keep(
      maintainerDir(layout),
      charging.certify({
        ...subject('supervisor-maintainer', 'maintainer', eui64('02-00-00-00-00-00-00-12')),
        organisation: organisations.supervisor,
      }),
    )
    keep(
      providerDeskDir(layout),
      charging.certify({
        ...subject('provider-desk', 'web', eui64('02-00-00-00-00-00-00-1B')),
        organisation: organisations.emsp,
      }),
    )
    keep(layout.feederMeter, smartMeter.certify(subject('feeder-meter', 'meter', feederMeter)))
    for (const home of homes)
      for (const kind of deviceKinds)
        keep(
          layout.device(kind, home).smartMeter,
          smartMeter.certify(subject(`${kind}-${home.number}`, kind, home[kind])),
        )
  } finally {
    charging.close()
    smartMeter.close()
  }
}

/** The smart-meter authority signs a new revocation list, and puts it where the data company finds it. */
export function renewSmartMeterList(layout: Layout): void {
  const deps = { wall: systemClock, crypto: nodeCrypto }
  const smartMeter = createSmki(join(layout.ceremony, 'smart-meter'), deps)
  try {
    writeAtomic(layout.smartMeterList, smartMeter.newList(), 0o644)
  } finally {
    smartMeter.close()
  }
}

/** Who works with its charging certificate, and who with one of the smart-meter network. */
const chargingUsers: readonly Server[] = [
  'authority',
  'supervisor',
  'csms',
  'dsrsp',
  'dcc',
  'web',
  'dso',
  'broker',
  'keys',
  'emsp',
  'cir',
  'supplier',
]
const smartMeterUsers: readonly Server[] = ['supervisor', 'csms', 'dsrsp', 'dcc', 'supplier', 'web']
const deviceKinds = ['hub', 'meter', 'llcs'] as const satisfies readonly DeviceKind[]

/** The simulated installer, who tells the register of each charger before it is switched on. */
export const installerDir = (layout: Layout): string => join(layout.dir, 'installer')

/** The DSRSP's operator, who calls chargers by hand. */
export const operatorDir = (layout: Layout): string => join(layout.dir, 'dsrsp-operator')

/** The CSMS's operator at the command line: adopts stations that knock, and commands its own. */
export const csmsOperatorDir = (layout: Layout): string => join(layout.dir, 'csms-operator')

/** The supervisor's maintainer, who registers the meters of charging points. */
export const maintainerDir = (layout: Layout): string => join(layout.dir, 'supervisor-maintainer')

/** The console of the drivers' provider: sees what was billed, and what is disputed. */
export const providerDeskDir = (layout: Layout): string => join(layout.dir, 'provider-desk')
