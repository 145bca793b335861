import type { CirConfig } from '@interlock/cir'
import type { CsmsConfig } from '@interlock/csms'
import type { EmspConfig } from '@interlock/emsp'
import { ensureDir, writeAtomic } from '@interlock/host'
import type { Tariff } from '@interlock/ocpi'
import { publicKeyOfCard } from '@interlock/station'
import { dirname } from 'node:path'
import { feeder, organisations, ratingWatts, type Home } from './address-book.ts'
import { base, https, listen, middlewareOf, type Plan } from './configs.ts'
import type { Layout } from './layout.ts'

/** As they are called on the wire of OCPI. */
const operator = { name: 'acacia', countryCode: 'GB', partyId: 'ACA' } as const
const provider = { name: 'horizon', countryCode: 'NL', partyId: 'HZN' } as const
const register = { countryCode: 'GB', partyId: 'CIR' } as const

const card = { uid: '04A1B2C3D4E5F6', contractId: 'NL-HZN-C00000001-X' } as const
const agreedOn = '2026-01-01T00:00:00Z'
const tariff: Tariff = {
  country_code: operator.countryCode,
  party_id: operator.partyId,
  id: 'HOME',
  currency: 'GBP',
  elements: [{ price_components: [{ type: 'ENERGY', price: 0.31, vat: 5, step_size: 1 }] }],
  last_updated: agreedOn,
}

/** The home whose driver charges with the card of a provider, which somebody else than the household pays. */
export function cardHome({ homes }: Pick<Plan, 'homes'>): Home {
  const last = homes.at(-1)
  if (last === undefined) throw new TypeError('a street without homes')
  return last
}

/** As the register of meters and everyone else names the charging point of a home. */
export const evseIdOf = ({ number }: Home): string =>
  `${operator.countryCode}*${operator.partyId}*E${String(number).padStart(3, '0')}`

/** What operator and provider agree on before anything runs, and the card (simulated) that the provider gives out. */
export function agreeOnRoaming({ roamingTariff, driverCard }: Layout): void {
  ensureDir(dirname(roamingTariff))
  ensureDir(driverCard)
  writeAtomic(roamingTariff, JSON.stringify(tariff))
  writeAtomic(`${driverCard}/card.json`, JSON.stringify(card))
}

const operatorRow = (plan: Plan) => ({
  ...operator,
  organisation: organisations.csms,
  origin: https(plan, 'csms/ocpi'),
})
const providerRow = (plan: Plan) => ({
  ...provider,
  organisation: organisations.emsp,
  origin: https(plan, 'emsp'),
})

/** Where drivers of other providers charge at the CSMS's stations, and who these providers are. */
export function csmsOcpi(plan: Plan): NonNullable<CsmsConfig['ocpi']> {
  const home = cardHome(plan)
  const { countryCode, partyId, origin } = operatorRow(plan)
  return {
    listen: listen(plan, 'csms/ocpi'),
    origin,
    countryCode,
    partyId,
    tariff: plan.layout.roamingTariff,
    places: [
      {
        id: home.stationId,
        address: home.address,
        city: 'Acacia Green',
        country: 'GBR',
        coordinates: { latitude: '52.205300', longitude: '0.121800' },
        timeZone: 'Europe/London',
        // A home is nobody's to find.
        publish: false,
        points: [
          {
            stationId: home.stationId,
            evse: 1,
            evseId: evseIdOf(home),
            standard: 'IEC_62196_T2',
            format: 'CABLE',
            powerType: 'AC_1_PHASE',
            maxVoltage: 230,
            maxAmperage: ratingWatts / 230,
          },
        ],
      },
    ],
    providers: [{ ...providerRow(plan), invitation: plan.secrets.ocpiInvitation }],
    timeoutSeconds: 5,
    recordDays: 731,
    admissionDays: 90,
  }
}

export function emspConfig(plan: Plan): EmspConfig {
  const folder = plan.layout.server('emsp')
  const key = publicKeyOfCard(plan.layout.driverCard)
  const { origin, countryCode, partyId } = providerRow(plan)
  return {
    ...base('emsp', 'Horizon Mobility', folder),
    identity: folder.charging,
    trust: { charging: plan.layout.trust.charging },
    database: plan.databaseUrl('emsp'),
    listen: listen(plan, 'emsp'),
    origin,
    countryCode,
    partyId,
    peers: { supervisor: https(plan, 'supervisor'), cir: https(plan, 'cir') },
    middleware: middlewareOf(plan),
    homes: [{ feeder, station: cardHome(plan).station, operator: operator.name }],
    operators: [
      {
        ...operatorRow(plan),
        tariff: plan.layout.roamingTariff,
        invitation: plan.secrets.ocpiInvitation,
        versions: `${https(plan, 'csms/ocpi')}/ocpi/versions`,
      },
    ],
    contracts: [
      {
        ...card,
        type: 'RFID',
        // Each charge is asked about.
        whitelist: 'NEVER',
        status: 'valid',
        ...(key !== null && { key }),
        lastUpdated: agreedOn,
      },
    ],
  }
}

export function cirConfig(plan: Plan): CirConfig {
  const folder = plan.layout.server('cir')
  return {
    ...base('cir', 'Register of driver tokens', folder),
    ...register,
    identity: folder.charging,
    trust: { charging: plan.layout.trust.charging },
    listen: listen(plan, 'cir'),
    origin: https(plan, 'cir'),
    statementHours: 168,
    issuers: [providerRow(plan)],
    operators: [operatorRow(plan)],
  }
}
