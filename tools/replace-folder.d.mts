/** Puts what is in one folder in the place of what is in another; no file is ever missing. */
export function replaceFolder(from: string, to: string, onStep?: () => void): void
