/** Builds the `interlock` command of a repository, unless it is up to date; gives what was done. */
export function buildCommand(root?: string): Promise<string>
