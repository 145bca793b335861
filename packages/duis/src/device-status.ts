/**
 * What a device is to the data company; the names are the standard's. It has three more for what has no
 * meaning here: withdrawn, in recovery, and recovered.
 */
export const deviceStatuses = [
  'Pending',
  'Whitelisted',
  'InstalledNotCommissioned',
  'Commissioned',
  'Suspended',
  'Decommissioned',
] as const
export type DeviceStatus = (typeof deviceStatuses)[number]

/** Kinds of device; the last two are of gas, and of people's own equipment. */
export const deviceTypes = ['ESME', 'HCALCS', 'CHF', 'PPMID', 'IHD', 'CAD', 'GSME', 'GPF'] as const
export type DeviceType = (typeof deviceTypes)[number]
