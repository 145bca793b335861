/** Builds both pages when their sources have changed; says what was done. */
export function buildWeb(): Promise<string>
