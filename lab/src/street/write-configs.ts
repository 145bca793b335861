import { ensureDir, systemClock, writeAtomic } from '@interlock/host'
import type { StationConfig } from '@interlock/station'
import { makeAccounts, type Passwords } from './accounts.ts'
import type { Home } from './address-book.ts'
import { dsoConfig } from './capacity-configs.ts'
import * as configs from './configs.ts'
import { writeFeederLoad } from './feeder.ts'
import { brokerConfig, keysConfig } from './middleware-configs.ts'
import { cirConfig, emspConfig } from './roaming-configs.ts'
import { streetCsms } from './street-csms.ts'
import { supplierConfig } from './supplier-config.ts'
import { webConfig } from './web-config.ts'

type Place = { readonly root: string; readonly config: string }

/** Keeps an actor's config where `interlock ACTOR --config FILE` finds it; its owner's alone. */
export function writeConfig(config: object, { root, config: path }: Place): void {
  ensureDir(root)
  writeAtomic(path, `${JSON.stringify(config, null, 2)}\n`, 0o600)
}

/**
 * Writes the config of every actor.
 *
 * @returns the passwords of the console, of which the web's config holds only hashes
 */
export async function writeConfigs(plan: configs.Plan): Promise<Passwords> {
  const { server, device } = plan.layout
  writeConfig(configs.authorityConfig(plan), server('authority'))
  writeConfig(configs.supervisorConfig(plan), server('supervisor'))
  writeConfig(configs.dccConfig(plan), server('dcc'))
  writeConfig(configs.dsrspConfig(plan), server('dsrsp'))
  writeConfig(streetCsms(plan, true), server('csms'))
  writeConfig(emspConfig(plan), server('emsp'))
  writeConfig(cirConfig(plan), server('cir'))
  writeConfig(dsoConfig(plan), server('dso'))
  writeConfig(brokerConfig(plan), server('broker'))
  writeConfig(keysConfig(plan), server('keys'))
  writeFeederLoad(plan, systemClock.now())
  writeConfig(supplierConfig(plan), server('supplier'))
  const { login, passwords } = await makeAccounts()
  const ports = { console: plan.port('web'), arm: plan.port('web/arm') }
  writeConfig(webConfig(plan, login, ports), server('web'))
  for (const home of plan.homes) {
    writeConfig(configs.hubConfig(plan, home), device('hub', home))
    writeConfig(configs.meterConfig(plan, home), device('meter', home))
    writeConfig(configs.llcsConfig(plan, home), device('llcs', home))
    const station = { ...configs.stationConfig(plan, home), ...homeDoor(plan, home) }
    writeConfig(station, device('station', home))
  }
  return passwords
}

/** One home lets its own network in. In a day that is lived again nobody is there to ask. */
const homeDoor = (plan: configs.Plan, { number }: Home): Pick<StationConfig, 'home'> =>
  number === 1 ? { home: configs.listen(plan, 'home-1/door') } : {}
