/** One's own personal access tokens. */
import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.ts'
import { api, told } from './client.ts'

export type AccessToken = components['schemas']['AccessToken']
export type CreatedToken = components['schemas']['AccessTokenCreated']

/** Asked again every few seconds: a tool that connects for the first time is seen at once. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async () => (await told(api.GET('/api/v1/me/tokens'))).tokens,
  refetchInterval: ({ state }) => (state.data?.some((token) => isLive(token)) ? 3000 : false),
})

export function isLive({ expiresAt, revokedAt }: AccessToken): boolean {
  return revokedAt === null && Date.parse(expiresAt) > Date.now()
}

export function createToken(asked: components['schemas']['AccessTokenAsked']): Promise<CreatedToken> {
  return told(api.POST('/api/v1/me/tokens', { body: asked }))
}

export async function revokeToken(id: string): Promise<void> {
  await told(api.DELETE('/api/v1/me/tokens/{id}', { params: { path: { id } } }))
}
