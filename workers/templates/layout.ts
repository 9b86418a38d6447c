/**
 * How a JSON text is laid out: the scalar values are left open, and everything else is given byte for byte. Of a layout
 * follows the object that any text has which is laid out like this, but for its values.
 */
export interface Layout {
  /** What stands before the first value, between each two, and behind the last. ASCII. */
  readonly literals: readonly Buffer[]
  readonly shape: ObjectShape
}

/** A number is the place of a value among all of them, in the order of the text. */
export type Shape = number | ArrayShape | ObjectShape

export interface ArrayShape {
  readonly items: readonly Shape[]
}

export interface ObjectShape {
  readonly members: readonly (readonly [name: string, shape: Shape])[]
}
