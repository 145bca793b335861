import { expect, test } from 'vitest'
import { isOfImport } from './index.ts'

/** As meters of several makers sign them. */
const taken = '1-b:1.8.0 1-b:1.8.e 1-0:1.8.1 1-0:1.8.0*198 01-00:01.08.00.FF 1-0:1.8.0*255'
/** With and without compensation of losses. */
const reserved = '01-00:B0.08.00*FF 01-00:B1.08.00*FF 01-00:B2.08.00*FF 01-00:b3.08.00*ff'
const back = '1-b:2.8.0 1-0:2.8.0.FF 01-00:C0.08.00*FF 01-00:C3.08.00*FF'
/** Power, one billing period, a sum of both ways, a balance, one phase, reactive, hours, a log, gas. */
const others =
  '1-b:16.7.0 1-b:1.7.0 1-b:1.9.0 1-0:15.8.0 1-0:16.8.0 1-0:21.8.0 1-0:3.8.0 01-00:00.08.06.FF 1-0:98.8.0.FF 7-0:1.8.0'
const noCodes = ['', '1.8.0', '1-b:1.8', '1-b:1.8.0 2.8.0', '11-b:1.8.0', '1-b:1.8.0.0.0']

test('a reading is of energy taken where its register says so, and else not', () => {
  expect(`${taken} ${reserved}`.split(' ').filter((RI) => !isOfImport({ RI }))).toEqual([])
  const not = `${back} ${others}`.split(' ').concat(noCodes)
  expect(not.filter((RI) => isOfImport({ RI }))).toEqual([])
  expect(isOfImport({})).toBe(false)
})
