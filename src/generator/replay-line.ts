const TAB = 0x09
const OPEN_BRACE = 0x7b

export interface ReplayLine {
  readonly key: Buffer | null
  readonly value: Buffer
}

/**
 * A line as a record. What stands before the first tab is the key, and nothing there is no key; but a line that begins
 * like a JSON object is all value, as between JSON's tokens tabs may stand.
 */
export function readReplayLine(line: Buffer): ReplayLine {
  if (line[0] === OPEN_BRACE) return { key: userIdOf(line), value: line }
  const tab = line.indexOf(TAB)
  if (tab < 0) return { key: null, value: line }
  return { key: tab === 0 ? null : line.subarray(0, tab), value: line.subarray(tab + 1) }
}

function userIdOf(line: Buffer): Buffer | null {
  try {
    const { user_id: userId } = JSON.parse(line.toString()) as { user_id?: unknown }
    return typeof userId === 'string' ? Buffer.from(userId) : null
  } catch {
    // Not JSON: it is replayed all the same, and without a key.
    return null
  }
}
