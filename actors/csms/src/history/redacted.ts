import { isSecretVariable } from '../core/secret-variables.ts'

/** What stands in place of a secret. */
export const hidden = '[hidden]'

/** Names of members that never leave the history as they are, whatever message they stand in. */
const secretNames = new Set([
  'password',
  'apnpassword',
  'key',
  'simpin',
  'csr',
  'certificate',
  'certificatechain',
  'signingcertificate',
  'exirequest',
  'exiresponse',
  'mac',
  'customeridentifier',
  'techinfo',
])

/** Messages whose `data` is free: nobody but the two ends knows what stands in it. */
const freeData = new Set(['NotifyCustomerInformation', 'DataTransfer'])

/**
 * A payload without passwords, whole tokens, certificates, names of customers and what is free for a
 * vendor to fill (`data`, `customData`, `techInfo`). Of a token its last four characters stay, so that
 * one can be told from another.
 */
export function redacted(action: string, payload: unknown): unknown {
  return hide(payload, action)
}

function hide(value: unknown, action: string): unknown {
  if (Array.isArray(value)) return value.map((each) => hide(each, action))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, member(name, each, value, action)]),
  )
}

function member(name: string, value: unknown, of: object, action: string): unknown {
  const lower = name.toLowerCase()
  if (secretNames.has(lower)) return hidden
  if (lower === 'idtoken' && typeof value === 'string') return shortened(value)
  if (lower === 'additionalidtoken' && typeof value === 'string') return shortened(value)
  if ((lower === 'attributevalue' || lower === 'actualvalue') && isSecretIn(of)) return hidden
  if (lower === 'data' && freeData.has(action)) return hidden
  if (lower === 'customdata') return onlyVendor(value)
  if (lower === 'remotelocation' || lower === 'location') return withoutCredentials(value)
  return hide(value, action)
}

const shortened = (token: string): string => (token.length <= 4 ? hidden : `…${token.slice(-4)}`)

function onlyVendor(value: unknown): unknown {
  const { vendorId } = (value ?? {}) as { vendorId?: unknown }
  return { vendorId: typeof vendorId === 'string' ? vendorId : null, data: hidden }
}

function isSecretIn(of: object): boolean {
  const { component, variable } = of as { component?: unknown; variable?: unknown }
  return isNamed(component) && isNamed(variable) && isSecretVariable(component, variable)
}
const isNamed = (value: unknown): value is { name: string } =>
  typeof (value as { name?: unknown } | null)?.name === 'string'

/** A URL may carry a user and a password. */
const withoutCredentials = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/\/\/[^/@]*@/, `//${hidden}@`) : value
