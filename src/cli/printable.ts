/**
 * What must not reach a terminal as it is: control characters, by which a record could move the cursor or set the
 * clipboard; what turns the direction of text or is not seen; what is no character.
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/** Text from elsewhere, fit for a terminal: what is not printable is shown by its number. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, character => {
    const number = character.codePointAt(0)!
    return number < 256 ? `\\x${number.toString(16).padStart(2, '0')}` : `\\u{${number.toString(16)}}`
  })
}

/** Bytes as text, those that are no UTF-8 by their numbers. */
export function printableBytes(bytes: Uint8Array): string {
  try {
    return printable(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    const characters = Buffer.from(bytes).toString('latin1')
    return printable(characters.replace(/[\x80-\xff]/g, escapedByte))
  }
}

function escapedByte(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16)}`
}

/** Lines of at most so many columns; wide characters take two. */
export function columns(text: string, width: number): string[] {
  const lines = ['']
  let used = 0
  for (const character of text) {
    const wide = character.codePointAt(0)! >= 0x1100 ? 2 : 1
    if (used + wide > width) {
      lines.push('')
      used = 0
    }
    lines[lines.length - 1] += character
    used += wide
  }
  return lines
}
