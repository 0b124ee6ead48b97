/** The only place that writes a result. */
import type { Request, Response } from 'express'
import type { Receipt } from '../kernel/id.ts'
import { Refusal } from '../kernel/refusal.ts'
import type { Answer, FileFormat } from '../query/question.ts'
import { receiptMembers } from './problem.ts'

/** Media types of a result; the first is what a caller gets who asks for nothing. */
export const resultTypes = {
  'application/json': 'json',
  'text/csv': 'csv',
  'application/vnd.apache.arrow.stream': 'arrow',
  'application/vnd.apache.parquet': 'parquet',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
} as const satisfies Record<string, 'json' | FileFormat>

/** What each format is sent as; a caller may ask for it with or without these parameters. */
const types: Readonly<Record<'json' | FileFormat, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Bytes of the disclosure header that clients are known to take; suppressed positions are left out beyond. */
const maxHeader = 8 * 1024

/** The format that the Accept header asks for. Refusal NOT_ACCEPTABLE when it names none of ours. */
export function formatOf(request: Request): 'json' | FileFormat {
  const accepted = request.accepts(Object.values(types))
  const format = Object.values(resultTypes).find((one) => types[one] === accepted)
  if (format === undefined) throw new Refusal('NOT_ACCEPTABLE')
  return format
}

/**
 * Writes a released answer. The receipt is the proof that the release is on disk: without one nothing can be sent. The
 * body of a format is exactly the bytes whose hash that entry holds.
 */
export function sendReleased(response: Response, answer: Answer, receipt: Receipt): void {
  const { body, ...facts } = answer
  response.status(200).set({
    'Huisclos-Receipt': `${receipt.log} ${receipt.seq} ${receipt.leaf}`,
    'Huisclos-Permit': answer.permit,
    'Huisclos-Disclosure': disclosureLine(answer),
  })
  response.vary('Accept')
  if (body) {
    response.set('Content-Type', types[body.format])
    response.end(body.bytes)
    return
  }
  response.set('Content-Type', types.json)
  response.end(JSON.stringify({ ...facts, receipt: receiptMembers(receipt) }))
}

/** The disclosure object on one ASCII line, with the suppressed positions while the line stays within 8 KiB. */
export function disclosureLine({
  disclosure,
  suppressed,
}: Pick<Answer, 'disclosure' | 'suppressed'>): string {
  const whole = ascii(JSON.stringify({ ...disclosure, suppressed }))
  return whole.length <= maxHeader ? whole : ascii(JSON.stringify(disclosure))
}

function ascii(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
