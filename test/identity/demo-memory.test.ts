import { describe, expect, test } from '@jest/globals'
import { openDemoMemory } from '../../services/identity/demo-memory.ts'

describe('the memory of the demo issuer', () => {
  const open = () => {
    let now = 0
    const memory = openDemoMemory({ now: () => now })
    return {
      memory,
      wait: (seconds: number) => {
        now += seconds * 1_000
      },
    }
  }

  test('forgets what is over', async () => {
    const { memory, wait } = open()
    await memory('DeviceCode').upsert('d1', { userCode: 'AAAA', grantId: 'g' }, 600)
    wait(599)
    expect(await memory('DeviceCode').findByUserCode('AAAA')).toMatchObject({ grantId: 'g' })
    wait(1)
    expect(await memory('DeviceCode').find('d1')).toBeUndefined()
    expect(await memory('DeviceCode').findByUserCode('AAAA')).toBeUndefined()
  })

  test('keeps kinds apart, and ends all that hangs on a grant', async () => {
    const { memory } = open()
    await memory('AuthorizationCode').upsert('x', { grantId: 'g' }, 60)
    await memory('AuthorizationCode').upsert('y', { grantId: 'h' }, 60)
    await memory('Session').upsert('x', { uid: 'u' }, 60)
    await memory('AuthorizationCode').revokeByGrantId('g')
    expect(await memory('AuthorizationCode').find('x')).toBeUndefined()
    expect(await memory('AuthorizationCode').find('y')).toBeDefined()
    expect(await memory('Session').findByUid('u')).toBeDefined()
  })

  test('cannot be filled: the oldest go first, and what is written again is young', async () => {
    const { memory } = open()
    const interactions = memory('Interaction')
    for (let i = 0; i < 250; i++) await interactions.upsert(`i${i}`, {}, 600)
    await interactions.upsert('i0', {}, 600)
    await interactions.upsert('i250', {}, 600)
    expect(await interactions.find('i1')).toBeUndefined()
    expect(await interactions.find('i0')).toBeDefined()
    expect(await interactions.find('i250')).toBeDefined()
  })
})
