const PLAIN_WIDTH = 80
const INDENT = '  '

/** Prints a line, broken between words where the terminal ends; what goes on is indented. */
export function print(text: string, out: NodeJS.WriteStream = process.stdout): void {
  const width = (out.isTTY && out.columns) || PLAIN_WIDTH
  let line = ''
  for (const word of text.split(/(?<=\S) (?=\S)/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      out.write(`${line}\n`)
      line = `${INDENT}${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  out.write(`${line}\n`)
}
