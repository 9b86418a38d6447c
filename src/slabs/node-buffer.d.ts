/** Methods that every Buffer of Node has had for years and @types/node leaves out: no argument checks, no copies. */
interface Buffer {
  latin1Slice(start: number, end: number): string
  utf8Slice(start: number, end: number): string
  hexSlice(start: number, end: number): string
  latin1Write(text: string, start: number): number
  /** Answers how many bytes it wrote; writes only whole characters, as many as fit. */
  utf8Write(text: string, start: number, length?: number): number
}
