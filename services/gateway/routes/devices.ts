/** A command line that asks to be let in, and the person who answers it (security.md 5.5). */
import type { Request } from 'express'
import { z } from 'zod'
import { onRecordAtDoor } from '../../audit/record.ts'
import type { Person } from '../../identity/person.ts'
import { Refusal } from '../../kernel/refusal.ts'
import { addressOf } from '../address.ts'
import { insistOnOwnPage, personOfBrowser } from '../caller.ts'
import {
  deviceAskPage,
  deviceCodePage,
  deviceDonePage,
  devicePath,
  deviceSignInPage,
} from '../device-pages.ts'
import { formType, readForm } from '../form.ts'
import type { House } from '../house.ts'
import type { Reply } from '../reply.ts'
import { openRoute, type Route, route } from '../route.ts'
import { shownToken } from '../shown-token.ts'

const page = { description: 'A page', types: ['text/html'] }
const html = (content: string, status = 200): Reply => ({
  status,
  type: 'text/html; charset=utf-8',
  content,
  headers: { 'Cache-Control': 'no-store' },
})

const asked = z
  .strictObject({
    host: z
      .string()
      .regex(/^[\w.-]{1,80}$/)
      .meta({ description: 'Name of the machine; the person sees it before she answers' }),
  })
  .meta({ id: 'DeviceAsked' })

const codes = z
  .object({
    deviceCode: z.string().meta({ description: 'By which the machine asks what was answered; a secret' }),
    userCode: z.string().meta({ description: 'What the person types' }),
    address: z.string().meta({ description: 'Where she types it' }),
    expiresIn: z.number().int().meta({ description: 'Seconds' }),
    interval: z.number().int().meta({ description: 'Seconds between two questions' }),
  })
  .meta({ id: 'DeviceCodes' })

const answered = z
  .object({
    state: z.enum(['pending', 'confirmed']),
    token: z.string().optional().meta({ description: 'Once, when it is confirmed' }),
  })
  .meta({ id: 'DeviceAnswer' })

/** One field of a form, once. */
function field(form: URLSearchParams, name: string): string {
  const [value = '', ...more] = form.getAll(name)
  return more.length > 0 || value.length > 40 ? '' : value
}

/** A person in this browser's session, on a page of this node. */
async function answering(house: House, request: Request): Promise<Person | undefined> {
  insistOnOwnPage(request)
  return personOfBrowser(house, request)
}

/** A wrong code is told on the page, where another one is typed. */
function asPage(error: unknown, language: 'fr' | 'en'): Reply {
  if (!(error instanceof Refusal) || (error.code !== 'NOT_FOUND' && error.code !== 'RATE')) throw error
  const isOften = error.code === 'RATE'
  return html(deviceCodePage(language, isOften ? 'often' : 'unknown'), isOften ? 429 : 404)
}

export const deviceRoutes: readonly Route[] = [
  openRoute({
    method: 'post',
    path: '/api/v1/device/codes',
    summary: 'Begins a device grant (after RFC 8628): a command line asks to act in the session of a person',
    body: asked,
    rate: 'strangers',
    responses: { 200: { description: 'Two codes', schema: codes } },
    handler: async (house, { body: { host }, response }) => {
      const given = await house.devices.ask({ host, address: addressOf(response.req) })
      return { json: { ...given, address: `${house.address}${devicePath}` } }
    },
  }),
  openRoute({
    method: 'post',
    path: '/api/v1/device/tokens',
    summary:
      'What was answered: RATE when asked within the interval, UNAUTHENTICATED when nothing is to come',
    body: z.strictObject({ deviceCode: z.string().max(100) }).meta({ id: 'DeviceCode' }),
    rate: 'strangers',
    responses: { 200: { description: 'Pending, or the token', schema: answered } },
    handler: async (house, { body: { deviceCode } }) =>
      onRecordAtDoor(house.audit, 'POST /api/v1/device/tokens', async () => {
        const token = await house.devices.take(deviceCode)
        return { json: token === null ? { state: 'pending' } : { state: 'confirmed', token } }
      }),
  }),
  route({
    method: 'post',
    path: '/api/v1/device/closure',
    summary: 'Gives back the token of a command line, by that token; the session goes on',
    authorisation: { who: 'account', sees: 'none' },
    records: 'read',
    responses: { 200: { description: 'It has ended', schema: z.object({ ended: z.literal(true) }) } },
    handler: async (house, { request }) => {
      await house.devices.end(shownToken(request).bearer)
      return { json: { ended: true } }
    },
  }),
  openRoute({
    method: 'get',
    path: devicePath,
    summary: 'Where a person types the code that her command line shows',
    rate: 'readers',
    responses: { 200: page },
    handler: async (house, { request, language }) => {
      const by = await personOfBrowser(house, request)
      const { issuers } = house.logins
      return html(by === undefined ? deviceSignInPage(language, issuers) : deviceCodePage(language))
    },
  }),
  openRoute({
    method: 'post',
    path: devicePath,
    summary: 'Shows which machine asks under a code, from a page of this node only',
    stream: [formType],
    rate: 'strangers',
    responses: { 200: page, 404: page, 429: page },
    handler: (house, { request, language }) =>
      onRecordAtDoor(house.audit, `POST ${devicePath}`, async () => {
        const by = await answering(house, request)
        if (by === undefined) return html(deviceSignInPage(language, house.logins.issuers))
        const code = field(await readForm(request), 'code')
        return html(deviceAskPage(language, code, await house.devices.look(by, code)))
      }).catch((error: unknown) => asPage(error, language)),
  }),
  openRoute({
    method: 'post',
    path: `${devicePath}/reponse`,
    summary: 'Lets the command line act in the session of this browser, or keeps it out',
    stream: [formType],
    rate: 'strangers',
    responses: { 200: page, 404: page, 429: page },
    handler: (house, { request, language }) =>
      onRecordAtDoor(house.audit, `POST ${devicePath}/reponse`, async () => {
        const by = await answering(house, request)
        if (by === undefined) return html(deviceSignInPage(language, house.logins.issuers))
        const form = await readForm(request)
        const isConfirmed = field(form, 'answer') === 'yes'
        await house.devices.answer(by, field(form, 'code'), isConfirmed)
        return html(deviceDonePage(language, isConfirmed))
      }).catch((error: unknown) => asPage(error, language)),
  }),
]
