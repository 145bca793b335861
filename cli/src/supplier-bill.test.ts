import { expect, test } from 'vitest'
import { served } from './served.fixture.ts'

const total = (from: string, wattHours: number) => ({ from, until: '', wattHours })
const usage = {
  monthly: [total('2026-01-01T00:00:00.000Z', 210_000)],
  daily: [total('2026-02-01T00:00:00.000Z', 7_123.4)],
}

test('a bill is shown with each of its lines and what is missing of it, days and months are; bad input is named', async () => {
  const asked: unknown[] = []
  const bill = {
    station: '02-00-00-00-00-00-00-31',
    from: '2026-01-06T00:00:00.000Z',
    until: '2026-01-06T01:30:00.000Z',
    tariff: 'half-hourly',
    missingHalfHours: 1,
    wattHours: 4_000,
    pence: 112,
    exactPence: '111.5',
    standing: { days: 1, exactPence: '0' },
    lines: [{ version: 2, name: 'half-hourly', wattHours: 4_000, exactPence: '111.5' }],
  }
  const interlock = await served('supplier', 'supplier', [
    {
      method: 'GET',
      url: '/api/v1/customers/:station/bill',
      roles: ['supplier'],
      handle({ params, query }) {
        asked.push({ ...params, ...query })
        return { status: 200, body: bill }
      },
    },
    {
      method: 'GET',
      url: '/api/v1/customers/:station/usage',
      roles: ['supplier'],
      handle: () => ({ status: 200, body: usage }),
    },
  ])
  expect(await interlock('supplier', 'usage', bill.station)).toEqual({
    code: 0,
    lines: ['2026-01  210.000 kWh', '2026-02-01  7.123 kWh'],
  })
  const time = ['--from', '2026-01-06T00:00:00Z', '--until', '2026-01-06T01:30:00Z']
  const command = ['supplier', 'bill', bill.station, ...time]
  expect(await interlock(...command)).toEqual({
    code: 0,
    lines: [
      `${bill.station}: £1.12 for 4.000 kWh; of 1 half-hour nothing is known`,
      '  half-hourly (version 2)  4.000 kWh  111.5p',
      '  standing charge, 1 day  0p',
    ],
  })
  expect(asked).toEqual([
    { station: bill.station, from: '2026-01-06T00:00:00Z', until: '2026-01-06T01:30:00Z' },
  ])
  const json = await interlock(...command, '--json')
  expect(JSON.parse(json.lines.join('\n'))).toMatchObject(bill)
  for (const [args, words] of [
    [['supplier', 'bill', 'home', ...time], 'which one device?'],
    [['supplier', 'bill', bill.station, '--from', '2026-01-06T00:00:00Z'], 'of which time?'],
  ] as const) {
    const { code, lines } = await interlock(...args)
    expect(code).toBe(2)
    expect(lines.join('\n')).toContain(words)
  }
  expect(asked).toHaveLength(2)
})

test('two counts of one circuit are shown beside each other; that they differ is said, with exit code 1', async () => {
  const station = '02-00-00-00-00-00-00-31'
  const agree = {
    station,
    chargerSignedBy: '02-00-00-00-00-00-00-01',
    meterSignedBy: '02-00-00-02-00-00-00-01',
    compared: 1,
    chargerWattHours: 3_690,
    meterWattHours: 3_700,
    missing: { charger: 0, meter: 1 },
    differences: [] as object[],
  }
  const one = {
    from: '2026-01-06T00:00:00.000Z',
    chargerWattHours: 1_850,
    meterWattHours: 3_700,
  }
  let body: object = agree
  const interlock = await served('supplier', 'supplier', [
    {
      method: 'GET',
      url: '/api/v1/customers/:station/settlement',
      roles: ['supplier'],
      handle: () => ({ status: 200, body }),
    },
  ])
  const time = ['--from', '2026-01-06T00:00:00Z', '--until', '2026-01-06T01:00:00Z']
  const compare = () => interlock('supplier', 'settlement', station, ...time)
  expect(await compare()).toEqual({
    code: 0,
    lines: [
      `${station}: 1 half-hours compared: 3.690 kWh by the charger, 3.700 kWh by the settlement meter`,
      'missing: 0 of the charger, 1 of the settlement meter',
      'they agree',
    ],
  })
  body = { ...agree, ...one, differences: [one], finding: 'CountsDiffer' }
  const { code, lines } = await compare()
  expect([code, ...lines.slice(2)]).toEqual([
    1,
    `  ${one.from}  1.850 kWh by the charger, 3.700 kWh by the settlement meter`,
    `CountsDiffer: signed by ${agree.chargerSignedBy} for the charger, and by ${agree.meterSignedBy}`,
  ])
  body = { ...agree, problem: 'RelationMissing' }
  expect(await compare()).toMatchObject({ code: 1 })
})
