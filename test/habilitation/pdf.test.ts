/** A document is a PDF by its own marks, and one that only lies there. */
import { describe, expect, test } from '@jest/globals'
import { pdfFault } from '../../services/habilitation/pdf.ts'
import { pdf } from './documents.ts'

describe('a document', () => {
  test('is a plain PDF of either version', () => {
    expect(pdfFault(pdf())).toBeNull()
    expect(pdfFault(Buffer.from('%PDF-2.0\n%%EOF'))).toBeNull()
  })

  test.each([
    ['nothing', ''],
    ['text', 'Bonjour'],
    ['a PDF that begins later', ` ${pdf()}`],
    ['a PDF that has no end', pdf().subarray(0, -8).toString()],
    ['a PDF that goes on for long after its end', `${pdf()}${' '.repeat(2000)}`],
    ['a program', `MZ${pdf()}`],
  ])('is not %s', (_, text) => {
    expect(pdfFault(Buffer.from(text))).toBe('notPdf')
  })

  test.each([
    ['is encrypted', '/Encrypt 2 0 R'],
    ['runs a script', '/OpenAction << /S /JavaScript /JS (x) >>'],
    ['hides the name of its script', '/S /J#61v#61Script'],
    ['hides all of a name', '/S /#4a#53'],
    ['starts a program', '/S /Launch'],
    ['carries a file', '/Type /EmbeddedFile'],
    ['carries a form that is a program', '/XFA [ ]'],
  ])('does not pass when it %s', (_, words) => {
    expect(pdfFault(pdf(words))).toBe('activePdf')
  })

  test('may use names that only begin like a forbidden one', () => {
    expect(pdfFault(pdf('/JSON /EncryptMetadataNot /Launcher'))).toBeNull()
  })
})
