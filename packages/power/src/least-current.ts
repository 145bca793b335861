/** Phase to neutral, where these stations are (BS EN 50160). */
export const phaseVolts = 230
/** A vehicle takes no less on each phase that it charges on: it is offered this or nothing (IEC 61851-1, annex A). */
export const chargingAmperesMin = 6

/** The least power at which a vehicle charges. */
export const chargingWattsMin = (phases: 1 | 3): number => phases * chargingAmperesMin * phaseVolts
