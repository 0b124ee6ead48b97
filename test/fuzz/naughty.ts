/** Values that programs stumble over, each the least that shows its kind. */

/** Sent in texts of every kind: no refusal may repeat it. */
export const canary = 'ZZFUZZCANARY'

export const strings: readonly string[] = [
  '',
  ' ',
  '\u0000',
  `${canary}\u0000${canary}`,
  '\ud800',
  '\udfff\ud800',
  '\ufeff',
  '\u202e\u2066',
  'e\u0301'.repeat(40),
  '🧑‍⚕️',
  'İı',
  '\r\nSet-Cookie: a=b',
  '../../../etc/passwd',
  '%2e%2e%2f',
  '{{7*7}}',
  '<script>alert(1)</script>',
  "'; DROP TABLE identity_account; --",
  '" OR ""="',
  '=1+1',
  '\\',
  '$1',
  'null',
  'undefined',
  'NaN',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  '-1',
  '0x10',
  '1e309',
  '9223372036854775808',
  '2026-02-30',
  '0000-00-00',
  '9999-12-31T23:59:60Z',
  '+275760-09-13T00:00:00.001Z',
  '-271821-04-19T23:59:59.999Z',
  '2026-11-22T10:00:00+99:99',
  canary,
  `SELECT '${canary}'`,
]

/** Numbers as JSON writes them: some have no other form in JavaScript. */
export const numbers: readonly string[] = [
  '0',
  '-0',
  '-1',
  '0.1',
  '1e-400',
  '1e400',
  '-1e400',
  '2147483648',
  '-2147483649',
  '9007199254740993',
  '9223372036854775808',
  '1'.repeat(400),
]

/** Keys that mean something to an object of JavaScript. */
export const keys: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toJSON',
  'then',
  '',
  '\u0000',
]
