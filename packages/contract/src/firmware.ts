/**
 * The SHA-256 (hex) by which a firmware image is registered: it is the last part of the image's
 * location, so whoever signs or seconds the command has named the image, and the station checks it.
 */
export const registeredImageOf = (location: string): string | undefined =>
  /(?:^|\/)([0-9a-f]{64})$/.exec(location)?.[1]
