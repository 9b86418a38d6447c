/** What this check reads of a package-lock.json; npm's own record in node_modules has the same form. */
export interface Lock {
  packages: Record<string, LockedPackage>
}

interface LockedPackage {
  version?: string
  integrity?: string
  optional?: boolean
}

/**
 * The first package that is wanted and not installed as wanted, in words; undefined if there is none.
 * Optional packages may be absent: most of them are for other systems.
 */
export function lockDifference(wanted: Lock, installed: Lock): string | undefined {
  for (const [path, entry] of Object.entries(wanted.packages)) {
    if (path === '') continue
    const found = installed.packages[path]
    if (found === undefined && entry.optional) continue
    if (found === undefined) return `${path} is not installed`
    if (found.version !== entry.version) return `${path} is ${found.version}, package-lock.json wants ${entry.version}`
    if (found.integrity !== entry.integrity) return `${path} is not the package that package-lock.json names`
  }
  return undefined
}
