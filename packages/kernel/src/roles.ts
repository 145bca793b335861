/** Every role a certificate or a trust-anchor cell can name. */
export const roles = [
  'authority',
  'supervisor',
  'csms',
  'dsrsp',
  'dcc',
  'meter',
  'hub',
  'llcs',
  'station',
  'supplier',
  'dso',
  'emsp',
  'keyserver',
  'broker',
  'cir',
  'owner',
  'installer',
  'maintainer',
  'recovery',
  'web',
] as const
export type Role = (typeof roles)[number]

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text)
