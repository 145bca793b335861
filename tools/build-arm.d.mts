/** Builds the arm module into `to`/arm.js; gives the SHA-256 of the file, hex. */
export function buildArm(folders: { from?: string; to: string }): Promise<string>
