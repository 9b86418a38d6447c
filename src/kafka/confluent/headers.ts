import type { Header } from '../../pipeline.ts'

/** A header as the addon has it: an object with one property, named like the header. */
export type NativeHeader = Readonly<Record<string, Uint8Array>>

/** The addon takes a text for its UTF-8, too. */
export type OutgoingHeader = Readonly<Record<string, Uint8Array | string>>

const NO_HEADERS: readonly Header[] = []

/** For the name `__proto__` the addon sets the object's prototype, and no property. */
export function fromNative(headers: readonly NativeHeader[] | undefined): readonly Header[] {
  if (headers === undefined) return NO_HEADERS
  return headers.map(header => {
    const [name] = Object.keys(header)
    if (name === undefined) return { name: '__proto__', value: Object.getPrototypeOf(header) as Uint8Array }
    return { name, value: header[name] }
  })
}

/** A computed name makes a property even of `__proto__`. */
export function toNative(headers: readonly Header[]): readonly NativeHeader[] | undefined {
  return headers.length === 0 ? undefined : headers.map(({ name, value }) => ({ [name]: value }))
}
