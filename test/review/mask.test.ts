import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { maskLiterals } from '../../services/review/mask.ts'

test.each([
  ["SELECT count(*) FROM p WHERE name = 'Dupont'", "SELECT count(*) FROM p WHERE name = '…'"],
  ["SELECT 'it''s', 12.5e3, .5 FROM t2", "SELECT '…', …, … FROM t2"],
  ["SELECT E'a\\'Dupont' AS x", "SELECT '…' AS x"],
  ['SELECT $$Dupont$$, $a$ $$ Dupont $a$', "SELECT '…', '…'"],
  ['SELECT 1 -- Dupont\nFROM t', 'SELECT … --…\nFROM t'],
  ['SELECT /* Dupont /* et */ Martin */ x', 'SELECT /*…*/ x'],
  ['SELECT "Sexe 1" FROM t', 'SELECT "Sexe 1" FROM t'],
  ["SELECT DATE '1927-05-08'", "SELECT DATE '…'"],
  ["SELECT 'Dupont", "SELECT '…'"],
  ['SELECT 1 /* Dupont', 'SELECT … /*…*/'],
  ['SELECT ?, $1, $name', 'SELECT ?, $…, $name'],
])('%s', (sql, masked) => {
  expect(maskLiterals(sql)).toBe(masked)
})

test('no word of a literal is left, wherever literals stand', () => {
  const secret = 'Zxqv'
  const literal = fc.constantFrom(
    `'${secret}'`,
    `'a''${secret}'`,
    `'a /* b' */ '${secret}'`,
    `E'\\'${secret}'`,
    `$$${secret}$$`,
    `$t$ ' ${secret} $t$`,
    `/* ${secret} */`,
    `/* /* */ ${secret} */`,
    `-- ${secret}\n`,
  )
  const code = fc.constantFrom('SELECT ', ' FROM t ', ' = ', 'x', '"q"', '(', ')', ' AND ', '7', 'E ', '- ')
  fc.assert(
    fc.property(fc.array(fc.oneof(literal, code), { maxLength: 12 }), (parts) => {
      expect(maskLiterals(parts.join(' '))).not.toContain(secret)
    }),
    { seed: 20261122 },
  )
})
