/** What a restoration that is not over leaves in a home. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the files of a restoration come together. */
export const restoringFolder = '.restoring'

/** Whether a restoration of this home began and did not end: it is to be done again, and no node starts on what there is. */
export async function isUnfinished(home: string): Promise<boolean> {
  return (await stat(join(home, restoringFolder)).catch(() => null)) !== null
}
