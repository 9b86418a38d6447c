/**
 * Texts on the edges of RFC 8259, named like those of the public JSONTestSuite: `y_` must be accepted, `n_` refused.
 * These are our own; each says at which byte we see the problem.
 */
export interface JsonText {
  readonly name: string
  readonly bytes: Buffer
  /** -1 for texts that are good. */
  readonly byte: number
  readonly reason?: 'not-utf8' | 'not-json'
}

function good(name: string, text: string): JsonText {
  return { name: `y_${name}`, bytes: Buffer.from(text), byte: -1 }
}

function broken(name: string, text: string, byte: number): JsonText {
  return { name: `n_${name}`, bytes: Buffer.from(text), byte, reason: 'not-json' }
}

/** `bytes` stand inside a string that starts at byte 0, so the first of them is byte 1. */
function notUtf8(name: string, bytes: readonly number[], byte = 1): JsonText {
  return { name: `n_utf8_${name}`, bytes: Buffer.from([0x22, ...bytes, 0x22]), byte, reason: 'not-utf8' }
}

export const jsonTexts: readonly JsonText[] = [
  good('object_empty', '{}'),
  good('object_blank', '{ \t\r\n}'),
  good('object_nested', '{"a":{"b":[{}]}}'),
  good('object_same_key_twice', '{"a":1,"a":2}'),
  good('object_empty_key', '{"":0}'),
  good('object_prototype_key', '{"__proto__":null}'),
  good('array_empty', '[]'),
  good('array_blank', '[ ]'),
  good('array_mixed', '[null, true, false, 0, "", {}, []]'),
  good('blanks_around', ' \t\r\n1 \t\r\n'),
  good('number_zero', '0'),
  good('number_minus_zero', '-0'),
  good('number_fraction', '-0.50'),
  good('number_exponent', '1e5'),
  good('number_exponent_signs', '[1E+05,1e-0]'),
  good('number_huge', '1e400'),
  good('number_long', '123456789012345678901234567890'),
  good('string_empty', '""'),
  good('string_escapes', String.raw`"\"\\\/\b\f\n\r\t\u0041\uABcd"`),
  good('string_escaped_nul', String.raw`"\u0000"`),
  good('string_lone_surrogates', String.raw`["\ud800","\udc00","\ud800\ud800","\ud800x","\udc00\ud800"]`),
  good('string_surrogate_pair', String.raw`"\ud83d\ude00"`),
  good('string_delete_character', '"\x7f"'),
  good('string_line_separators', '"\u2028\u2029"'),
  good('string_replacement_character', '"\ufffd"'),
  good('string_utf8_of_every_length', '"\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\u{10000}\u{10ffff}"'),
  broken('empty', '', 0),
  broken('only_blanks', '  ', 2),
  broken('two_values', '1 2', 2),
  broken('comma_after_value', '1,', 1),
  broken('byte_order_mark', '\ufeff{}', 0),
  broken('byte_order_mark_inside', '{\ufeff}', 1),
  broken('nul', '\0', 0),
  broken('nul_after_value', '{}\0', 2),
  broken('form_feed_as_blank', '\f1', 0),
  broken('no_break_space_as_blank', '\u00a01', 0),
  broken('comment', '/**/1', 0),
  broken('object_open', '{', 1),
  broken('object_key_only', '{"a"', 4),
  broken('object_colon_only', '{"a":', 5),
  broken('object_no_colon', '{"a" 1}', 5),
  broken('object_two_colons', '{"a"::1}', 5),
  broken('object_value_open', '{"a":1', 6),
  broken('object_comma_last', '{"a":1,}', 7),
  broken('object_comma_first', '{,"a":1}', 1),
  broken('object_comma_twice', '{"a":1,,"b":2}', 7),
  broken('object_no_comma', '{"a":1 "b":2}', 7),
  broken('object_number_key', '{1:1}', 1),
  broken('object_bare_key', '{a:1}', 1),
  broken('object_single_quotes', "{'a':1}", 1),
  broken('object_closed_as_array', '{"a":1]', 6),
  broken('object_closed_twice', '{}}', 2),
  broken('array_open', '[', 1),
  broken('array_value_open', '[1', 2),
  broken('array_comma_last', '[1,]', 3),
  broken('array_comma_first', '[,1]', 1),
  broken('array_no_comma', '[1 2]', 3),
  broken('array_colon', '[1:2]', 2),
  broken('array_closed_as_object', '[1}', 2),
  broken('array_closed_twice', '[]]', 2),
  broken('close_only', '}', 0),
  broken('number_minus', '-', 1),
  broken('number_minus_letter', '-x', 1),
  broken('number_plus', '+1', 0),
  broken('number_leading_zero', '01', 1),
  broken('number_minus_leading_zero', '-01', 2),
  broken('number_point_first', '.5', 0),
  broken('number_point_last', '1.', 2),
  broken('number_point_exponent', '1.e5', 2),
  broken('number_exponent_only', '1e', 2),
  broken('number_exponent_sign_only', '1e+', 3),
  broken('number_two_points', '1.5.5', 3),
  broken('number_hexadecimal', '0x1', 1),
  broken('number_nan', 'NaN', 0),
  broken('number_infinity', '-Infinity', 1),
  broken('number_fullwidth_digit', '\uff11', 0),
  broken('literal_short', 'tru', 3),
  broken('literal_long', 'truee', 4),
  broken('literal_capital', 'True', 0),
  broken('literal_capital_inside', 'nUll', 1),
  broken('literal_undefined', 'undefined', 0),
  broken('string_open', '"abc', 4),
  broken('string_quote_only', '"', 1),
  broken('string_tab', '"a\tb"', 2),
  broken('string_newline', '"a\nb"', 2),
  broken('string_nul', '"\0"', 1),
  broken('string_last_control', '"\x1f"', 1),
  broken('string_escape_open', '"\\', 2),
  broken('string_escaped_quote_open', '"\\"', 3),
  broken('string_escape_unknown', String.raw`"\a"`, 2),
  broken('string_escape_nul', '"\\\0"', 2),
  broken('string_escape_not_ascii', '"\\\u00e9"', 2),
  broken('string_escape_u_short', String.raw`"\u12"`, 5),
  broken('string_escape_u_open', String.raw`"\u12`, 5),
  broken('string_escape_u_letter', String.raw`"\u12g4"`, 5),
  broken('string_escape_u_capital', String.raw`"\U0041"`, 2),
  broken('string_surrogate_then_bad_escape', String.raw`"\ud800\u12"`, 11),
  notUtf8('continuation_alone', [0x80]),
  notUtf8('lead_alone', [0xc3]),
  notUtf8('after_good_text', [0x61, 0xc3, 0xa9, 0xff], 4),
  notUtf8('overlong_of_two', [0xc0, 0xaf]),
  notUtf8('overlong_of_two_last', [0xc1, 0xbf]),
  notUtf8('overlong_of_three', [0xe0, 0x9f, 0xbf]),
  notUtf8('overlong_of_four', [0xf0, 0x8f, 0xbf, 0xbf]),
  notUtf8('surrogate', [0xed, 0xa0, 0x80]),
  notUtf8('surrogate_last', [0xed, 0xbf, 0xbf]),
  notUtf8('above_last_character', [0xf4, 0x90, 0x80, 0x80]),
  notUtf8('lead_of_five', [0xf8, 0x88, 0x80, 0x80, 0x80]),
  notUtf8('third_byte_missing', [0xe2, 0x82]),
  notUtf8('fourth_byte_missing', [0xf0, 0x9f, 0x98]),
  { name: 'n_utf8_outside_of_strings', bytes: Buffer.from([0x7b, 0xff, 0x7d]), byte: 1, reason: 'not-utf8' },
  { name: 'n_utf8_cut_at_the_end', bytes: Buffer.from([0x22, 0xe2, 0x82]), byte: 1, reason: 'not-utf8' },
  { name: 'n_utf8_after_backslash', bytes: Buffer.from([0x22, 0x5c, 0xff, 0x22]), byte: 2, reason: 'not-utf8' },
  { name: 'n_utf16_little_endian', bytes: Buffer.from('\ufeff{}', 'utf16le'), byte: 0, reason: 'not-utf8' },
  { name: 'n_json_before_utf8', bytes: Buffer.from([0x7b, 0x5d, 0xff]), byte: 1, reason: 'not-json' }
]
