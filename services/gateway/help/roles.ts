/** What each role is for, in one sentence; the calls that it may make are read off their declarations (api-page.ts). */
import type { Role } from '../../identity/person.ts'
import type { Said } from '../../kernel/text.ts'

interface RoleText {
  readonly name: Said
  readonly does: Said
}

export const roleTexts: Readonly<Record<Role, RoleText>> = {
  researcher: {
    name: { fr: 'Recherche', en: 'Researcher' },
    does: {
      fr: 'Pose des questions dans les projets dont elle est membre, y garde des requêtes pour elle ou pour l’équipe, exporte les résultats sortis, crée les jetons de ses outils.',
      en: 'Asks questions in the projects she is a member of, keeps queries there for herself or for the team, exports the results that were released, creates tokens for her tools.',
    },
  },
  lead: {
    name: { fr: 'Porteur de projet', en: 'Project lead' },
    does: {
      fr: 'Rédige et dépose la demande, répond aux questions, accepte l’autorisation, demande avenant et prolongation, renonce.',
      en: 'Writes and submits the request, answers questions, accepts the permit, asks for amendment and renewal, renounces.',
    },
  },
  secretariat: {
    name: { fr: 'Secrétariat', en: 'Secretariat' },
    does: {
      fr: 'Dit si une demande est complète, et tient ses échéances. Ne décide de rien.',
      en: 'Says whether a request is complete, and keeps its clocks. Decides nothing.',
    },
  },
  ethics: {
    name: { fr: 'Comité d’éthique', en: 'Ethics committee' },
    does: {
      fr: 'Donne son avis sur une demande, après avoir déclaré ses intérêts.',
      en: 'Gives an opinion on a request, after declaring its interests.',
    },
  },
  authority: {
    name: { fr: 'Autorité', en: 'Authority' },
    does: {
      fr: 'Décide, à deux personnes : l’une propose, une autre confirme. Suspend et révoque.',
      en: 'Decides, by two persons: one proposes, another confirms. Suspends and revokes.',
    },
  },
  holder: {
    name: { fr: 'Détenteur de données', en: 'Data holder' },
    does: {
      fr: 'Décrit et dépose ses données, contresigne chaque ligne, lit qui les interroge, arrête sa ligne, enregistre les oppositions.',
      en: 'Describes and deposits its data, countersigns each line, reads who asks them, stops its line, registers objections.',
    },
  },
  dpo: {
    name: { fr: 'Délégué à la protection des données', en: 'Data protection officer' },
    does: {
      fr: 'Donne son avis, lit le journal en entier, vérifie son intégrité, fait la revue du mois, suspend.',
      en: 'Gives an opinion, reads the whole log, verifies that it is whole, makes the review of the month, suspends.',
    },
  },
  checker: {
    name: { fr: 'Vérification des sorties', en: 'Output checker' },
    does: {
      fr: 'Relit, à deux et sans se concerter, ce qui doit passer par le sas.',
      en: 'Reviews, by two who do not confer, what has to pass the airlock.',
    },
  },
  manager: {
    name: { fr: 'Encadrement', en: 'Line manager' },
    does: {
      fr: 'Valide l’habilitation des personnes qu’il encadre et la confirme chaque année.',
      en: 'Validates the grants of the persons who report to it, and confirms them each year.',
    },
  },
  registrar: {
    name: { fr: 'Bureau des habilitations', en: 'Registrar' },
    does: {
      fr: 'Délivre l’habilitation des personnes, enregistre formations et contrats.',
      en: 'Issues the grants of persons, records training and contracts.',
    },
  },
  operator: {
    name: { fr: 'Exploitation', en: 'Operator' },
    does: {
      fr: 'Fait tourner le nœud : santé, sauvegardes, clés, destruction des extraits. Ne voit aucune donnée.',
      en: 'Runs the node: health, backups, keys, destruction of extracts. Sees no data.',
    },
  },
}

interface Shortcut {
  readonly keys: Said
  readonly does: Said
}

/** Everything works with the keys of the browser; the editor adds a few. */
export const shortcuts: readonly Shortcut[] = [
  {
    keys: { fr: 'Tab', en: 'Tab' },
    does: {
      fr: 'Va au lien, au champ ou au bouton suivant ; avec Maj, au précédent. Le premier mène au contenu.',
      en: 'Goes to the next link, field or button; with Shift, to the one before. The first leads to the content.',
    },
  },
  {
    keys: { fr: 'Entrée, Espace', en: 'Enter, Space' },
    does: {
      fr: 'Suit un lien, presse un bouton, ouvre ce qui se déplie.',
      en: 'Follows a link, presses a button, opens what unfolds.',
    },
  },
  { keys: { fr: 'Échap', en: 'Esc' }, does: { fr: 'Ferme une fenêtre.', en: 'Closes a dialog.' } },
  {
    keys: { fr: '← → ↑ ↓', en: '← → ↑ ↓' },
    does: {
      fr: 'Fait défiler une table plus large que la page, une fois qu’elle est choisie par Tab.',
      en: 'Scrolls a table that is wider than the page, once Tab has chosen it.',
    },
  },
  {
    keys: { fr: 'Ctrl + K (⌘ + K)', en: 'Ctrl + K (⌘ + K)' },
    does: {
      fr: 'Portail : ouvre la palette, qui mène par quelques lettres à une page, un projet, une demande, un jeu de données ou une requête.',
      en: 'Portal: opens the palette, which leads by a few letters to a page, project, request, dataset or query.',
    },
  },
  {
    keys: { fr: '?', en: '?' },
    does: {
      fr: 'Portail : montre les raccourcis de la page, et permet de ne plus prendre ceux d’une seule touche.',
      en: 'Portal: shows the shortcuts of the page, and lets you turn off those of a single key.',
    },
  },
  {
    keys: { fr: 'Ctrl + Entrée (⌘ + Entrée)', en: 'Ctrl + Enter (⌘ + Enter)' },
    does: { fr: 'Atelier SQL : lance la question.', en: 'SQL workshop: runs the question.' },
  },
  {
    keys: { fr: 'Ctrl + Espace', en: 'Ctrl + Space' },
    does: {
      fr: 'Atelier SQL : propose les tables et les colonnes du projet.',
      en: 'SQL workshop: proposes the tables and columns of the project.',
    },
  },
  {
    keys: { fr: 'Échap, puis Tab', en: 'Esc, then Tab' },
    does: {
      fr: 'Atelier SQL : quitte l’éditeur, où Tab seul met en retrait.',
      en: 'SQL workshop: leaves the editor, where Tab alone indents.',
    },
  },
]
