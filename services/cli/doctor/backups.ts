/** A backup that was never restored is a hope. */
import { backupTimes } from '../../node/backup/record.ts'
import { both, type Check, fine, graveIn, settingsOf, worth } from './check.ts'

const dayMs = 24 * 3600 * 1000
const staleDays = 2
const unverifiedDays = 31

export const backups: Check = {
  name: 'backups',
  async look(about) {
    const last = await backupTimes(about.home)
    const make = both('huisclos backup, chaque nuit', 'huisclos backup, every night')
    if (last === null) return graveIn(settingsOf(about))(both('aucune', 'none'), make)
    const days = (about.now() - last.at) / dayMs
    const said = both(`il y a ${Math.floor(days)} jours`, `${Math.floor(days)} days ago`)
    if (days > staleDays) return graveIn(settingsOf(about))(said, make)
    const verify = both('huisclos verify-backup, chaque mois', 'huisclos verify-backup, every month')
    if (last.verifiedAt === undefined)
      return worth(both(`${said.fr}, jamais vérifiée`, `${said.en}, never verified`), verify)
    const since = (about.now() - last.verifiedAt) / dayMs
    return since > unverifiedDays
      ? worth(
          both(`vérifiée il y a ${Math.floor(since)} jours`, `verified ${Math.floor(since)} days ago`),
          verify,
        )
      : fine(said)
  },
}
