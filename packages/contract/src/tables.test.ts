import { isRole, roles } from '@interlock/kernel'
import { expect, test } from 'vitest'
import {
  armOriginators,
  armRevocationLists,
  armTriggers,
  mayOriginate,
  permissions,
} from './permissions.ts'
import type { Arm } from './arms.ts'
import { mayOriginateStandard, standardPermissions } from './permissions.ts'
import { tableAction } from './critical-action.ts'
import { decisionNotes } from './decision.ts'
import { limits } from './limits.ts'
import { nationalBudget } from './ledger.ts'
import {
  installableCertificates,
  profilePurposes,
  randomDelayVariable,
  settableVariables,
} from './parameters.ts'
import { refusalReasons, refusalRow } from './refusals.ts'
import { criticalActions, isCritical, riskOf, risks } from './risk.ts'
import { securityEventWords } from './security-events.ts'
import { serverRefusals } from './server-refusals.ts'
import { harmlessTransfers, standardClass, standardRisks } from './standard-risk.ts'

const reasonCodeCharactersMax = 20

test.each(refusalReasons)('%s fits an OCPP reason code and completes a sentence', (reason) => {
  expect(reason).toMatch(/^[A-Z][A-Za-z]+$/)
  expect(reason.length).toBeLessThanOrEqual(reasonCodeCharactersMax)
  const { words, gate } = refusalRow(reason)
  expect(words).toMatch(/^[a-z].*[^.]$/)
  expect([0, 1, 2, 3, 4, 5]).toContain(gate)
})

test('security events are those OCPP knows', () => {
  const events = new Set(refusalReasons.map((reason) => refusalRow(reason).event))
  expect([...events].filter((event) => event !== undefined).toSorted()).toEqual([
    'AttemptedReplayAttacks',
    'InvalidMessages',
  ])
})

test('no two reasons say the same words', () => {
  const words = refusalReasons.map((reason) => refusalRow(reason).words)
  expect(new Set(words).size).toBe(words.length)
})

test('a reason of the gate, of a server and a note never share a name with another meaning', () => {
  const gate: readonly string[] = refusalReasons
  const others = [serverRefusals, decisionNotes, securityEventWords].flatMap(Object.keys)
  expect(others.filter((name) => gate.includes(name))).toEqual([])
})

test('every server refusal has a status of refusal', () => {
  for (const { status, words } of Object.values(serverRefusals)) {
    expect(status).toBeGreaterThanOrEqual(400)
    expect(words).toMatch(/^[a-z]/)
  }
})

test('every command that moves load has a second party and a permission; nothing else has', () => {
  for (const action of criticalActions) {
    expect(isCritical(action)).toBe(true)
    expect(riskOf(action)?.second).toBeDefined()
    expect(permissions[action]?.length).toBeGreaterThan(0)
  }
  expect(Object.keys(permissions).toSorted()).toEqual([...criticalActions].toSorted())
})

test('every row of the risk table has its findings and the attack that tests it', () => {
  for (const { on, findings, attack } of risks) {
    expect(findings.length, on).toBeGreaterThan(0)
    for (const finding of findings) expect(finding).toMatch(/^PF([1-9]|[12]\d|30)$/)
    expect(attack).toMatch(/^ATK-(0[1-9]|[12]\d|3[0-4])$/)
  }
  expect(new Set(risks.map((row) => row.on)).size).toBe(risks.length)
})

test('a standard station gets no vendor message unasked that nobody has looked at', () => {
  for (const payload of [
    { vendorId: 'com.vendor', messageId: 'SetMaxCurrent' },
    { vendorId: 'com.vendor', messageId: 'RevocationList' },
    { vendorId: 'org.interlock' },
    { vendorId: 'org.interlock', messageId: 'revocationlist' },
    null,
  ])
    expect(standardClass('DataTransfer', payload)).toBe('critical')
  for (const row of harmlessTransfers) expect(standardClass('DataTransfer', row)).toBe('routine')
})

test('what is critical anywhere is critical at a standard station; what is in no table is too', () => {
  for (const action of criticalActions) expect(standardClass(action, {})).toBe('critical')
  expect(standardClass('UnlockConnector', {})).toBe('critical')
  expect(standardClass('SomethingNew', {})).toBe('critical')
  expect(standardClass('constructor', {})).toBe('critical')
  expect(standardClass('ReserveNow', {})).toBe('sensitive')
  expect(standardClass('GetVariables', {})).toBe('routine')
})

test('what is critical at standard stations alone has a permission, its CSMS’s, and a reason', () => {
  const alone = Object.entries(standardRisks).filter(([, row]) => row.class === 'critical')
  expect(alone.map(([action]) => action).toSorted()).toEqual(
    Object.keys(standardPermissions).toSorted(),
  )
  for (const [action, { why }] of Object.entries(standardRisks)) {
    expect(criticalActions).not.toContain(action)
    expect(why).toMatch(/^[a-z].*[^.]$/)
  }
  expect(mayOriginateStandard('csms', 'DataTransfer')).toBe(true)
  expect(mayOriginateStandard('csms', 'Reset')).toBe(true)
  expect(mayOriginateStandard('dsrsp', 'SetChargingProfile')).toBe(false)
  expect(mayOriginateStandard('csms', 'ReserveNow')).toBe(false)
  expect(mayOriginate('csms', 'DataTransfer')).toBe(false)
})

test('answers and context are not commands', () => {
  expect(isCritical('AuthorizeResponse')).toBe(false)
  expect(isCritical('CurrentTime')).toBe(false)
  expect(isCritical('Heartbeat')).toBe(false)
  expect(riskOf('Heartbeat')).toBeUndefined()
})

test('permissions name roles, and neither the supervisor nor an owner nor the web', () => {
  for (const row of Object.values(permissions))
    for (const role of row) expect(isRole(role)).toBe(true)
  for (const role of ['supervisor', 'owner', 'web', 'dcc', 'authority', 'station'] as const)
    for (const action of criticalActions) expect(mayOriginate(role, action)).toBe(false)
})

test('a role that is not in the table may not', () => {
  for (const role of roles) expect(mayOriginate(role, 'Heartbeat')).toBe(false)
  expect(mayOriginate('csms', 'FrequencyCurve')).toBe(false)
  expect(mayOriginate('dsrsp', 'FrequencyCurve')).toBe(true)
})

test('who gives an arm and who triggers under it are not one and the same for a consumer', () => {
  expect(armOriginators.onDemand).not.toBe(armTriggers.onDemand)
  expect(armOriginators.response).toBe(armTriggers.response)
})

test('every arm that is signed with a certificate depends on the list that could revoke it', () => {
  for (const [use, list] of Object.entries(armRevocationLists))
    expect(list === undefined, use).toBe(armOriginators[use as Arm['use']] === 'owner')
})

test('limits are whole positive numbers, but for hertz', () => {
  for (const [name, value] of Object.entries(limits)) {
    expect(value, name).toBeGreaterThan(0)
    if (!name.includes('Hertz')) expect(Number.isInteger(value), name).toBe(true)
  }
})

test('limits fit each other', () => {
  expect(limits.randomDelaySecondsDefault).toBeLessThanOrEqual(limits.randomDelaySecondsMax)
  expect(limits.randomDelaySecondsMax * 1000).toBeLessThanOrEqual(limits.budgetWindowMillis)
  expect(limits.armWaitMillisMax).toBeLessThan(limits.armUnusedMillis)
  expect(limits.linkFrameBytesMax).toBeLessThanOrEqual(limits.frameBytesMax)
})

test('no organisation’s budget is above its region’s, nor a region’s above the total', () => {
  expect(nationalBudget.organisationWatts).toBeLessThanOrEqual(nationalBudget.regionWatts)
  expect(nationalBudget.regionWatts).toBeLessThanOrEqual(nationalBudget.totalWatts)
})

test('the random delay can be lengthened to its legal limit, never cut below its default', () => {
  expect(settableVariables).toContain(randomDelayVariable)
  expect(randomDelayVariable.min).toBe(limits.randomDelaySecondsDefault)
  expect(randomDelayVariable.max).toBe(limits.randomDelaySecondsMax)
  for (const { min, max } of settableVariables) expect(min).toBeLessThanOrEqual(max)
})

test('nobody installs external constraints (K01.FR.22, K02.FR.07), and only recovery the anchor of the CSMS', () => {
  expect(Object.values(profilePurposes).flat()).not.toContain('ChargingStationExternalConstraints')
  expect(installableCertificates.csms).not.toContain('CSMSRootCertificate')
  expect(installableCertificates.recovery).toContain('CSMSRootCertificate')
})

test('a data transfer is known by what it carries, every other message by its action', () => {
  const curve = { vendorId: 'org.interlock', messageId: 'FrequencyCurve' }
  expect(tableAction('DataTransfer', curve)).toBe('FrequencyCurve')
  expect(tableAction('DataTransfer', { ...curve, messageId: 'State' })).toBe('DataTransfer')
  expect(tableAction('DataTransfer', { ...curve, vendorId: 'other' })).toBe('DataTransfer')
  expect(tableAction('DataTransfer', null)).toBe('DataTransfer')
  expect(tableAction('DataTransfer', 'FrequencyCurve')).toBe('DataTransfer')
  expect(tableAction('Reset', curve)).toBe('Reset')
})
