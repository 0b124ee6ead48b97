/** The pages on which a person lets a command line act for her. Pure. */

import type { DeviceAsked } from '../identity/devices.ts'
import type { LoginIssuer } from '../identity/issuers/configuration.ts'
import { escaped } from '../kernel/markup.ts'
import { type Language, say } from '../kernel/text.ts'
import { framed } from './pages.ts'

export const devicePath = '/connexion/appareil'

const sentence = (language: Language, key: string) => escaped(say(language, { key: `device.${key}` }))

/** Who to sign in with, to come back here. */
export function deviceSignInPage(language: Language, issuers: readonly LoginIssuer[]): string {
  const links = issuers.map(
    ({ name, login }) =>
      `<li><a href="/connexion/${escaped(name)}?vers=${devicePath}">${escaped(login.label[language])}</a></li>`,
  )
  return framed(language, say(language, { key: 'device.title' }), [
    `<p>${sentence(language, 'signIn')}</p>`,
    `<ul>${links.join('')}</ul>`,
  ])
}

/** Where the code is typed; nothing fills it in beforehand, so that no link alone leads anybody in. */
export function deviceCodePage(language: Language, fault?: 'unknown' | 'often'): string {
  return framed(language, say(language, { key: 'device.title' }), [
    ...(fault === undefined ? [] : [`<p role="alert">${sentence(language, fault)}</p>`]),
    `<form method="post" action="${devicePath}">`,
    `<p><label for="code">${sentence(language, 'code')}</label></p>`,
    '<p><input id="code" name="code" required maxlength="20" autocomplete="off" autocapitalize="characters" spellcheck="false"></p>',
    `<p><button>${sentence(language, 'next')}</button></p>`,
    '</form>',
  ])
}

/** Which machine asks, and both answers. */
export function deviceAskPage(language: Language, code: string, asked: DeviceAsked): string {
  const at = new Date(asked.askedAt).toLocaleString(language, { timeZone: 'Europe/Paris' })
  const facts = [
    [sentence(language, 'host'), asked.host],
    [sentence(language, 'address'), asked.address],
    [sentence(language, 'time'), at],
  ].map(([name = '', value = '']) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`)
  return framed(language, say(language, { key: 'device.title' }), [
    `<p>${sentence(language, 'ask')}</p>`,
    `<dl>${facts.join('')}</dl>`,
    `<form method="post" action="${devicePath}/reponse">`,
    `<input type="hidden" name="code" value="${escaped(code)}">`,
    `<p><button name="answer" value="yes">${sentence(language, 'yes')}</button>`,
    `<button name="answer" value="no">${sentence(language, 'no')}</button></p>`,
    '</form>',
  ])
}

export function deviceDonePage(language: Language, isConfirmed: boolean): string {
  return framed(language, say(language, { key: 'device.title' }), [
    `<p role="status">${sentence(language, isConfirmed ? 'done' : 'refused')}</p>`,
  ])
}
