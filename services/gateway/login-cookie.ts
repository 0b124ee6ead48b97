/**
 * The cookie of a sign-in under way (security.md 5.3): who comes back from an issuer is who went there. Lax, since that way back comes
 * from another site, where a Strict one stays at home.
 */
import type { CookieOptions, Request, Response } from 'express'
import { loginLifeMs } from '../identity/login-table.ts'
import { cookieOf } from './session-cookie.ts'

const loginCookie = '__Host-huisclos-login'
const options: CookieOptions = { secure: true, httpOnly: true, path: '/', sameSite: 'lax' }

export function loginCookieOf(request: Request): string | undefined {
  return cookieOf(request, loginCookie)
}

export function giveLoginCookie(response: Response, cookie: string): void {
  response.cookie(loginCookie, cookie, { ...options, maxAge: loginLifeMs })
}

export function takeLoginCookie(response: Response): void {
  response.clearCookie(loginCookie, options)
}
