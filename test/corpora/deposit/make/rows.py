"""The rows that every file of the corpus holds, so that what was read can be compared. All of it is invented."""

import datetime as dt

FRENCH = ['Œdème aigu du poumon', 'Forfait à 3 €', 'Contrôle ; bilan, suite', 'Dit "ordinaire"', 'Cœur : état stable']
LATIN = ['Oedème aigu du poumon', 'Forfait à 3 euros', 'Contrôle ; bilan, suite', 'Dit "ordinaire"', 'état stable']
PLAIN = ['Oedeme aigu', 'Forfait', 'Bilan et suite', 'Ordinaire', 'Etat stable']
CODES = ['I501', 'J189', 'K358', 'Z491']


def rows(labels=FRENCH):
    """24 rows: patient, age, entree, cout, code, libelle."""
    first = dt.date(2024, 1, 28)
    return [
        {
            'patient': f'ps{(7919 * i) % 9973:04d}x',
            'age': 18 + (i * 7) % 70,
            'entree': first + dt.timedelta(days=i),
            'cout': (1000 + 377 * i) / 4,
            'code': CODES[i % 4],
            'libelle': labels[i % 5],
        }
        for i in range(24)
    ]


def nir(sex, year, month, place, order):
    """A social security number with its right key: nobody's, the commune being a number that no commune has."""
    body = f'{sex}{year:02d}{month:02d}{place}{order:03d}'
    digits = body.replace('2A', '19').replace('2B', '18')
    return f'{body}{97 - int(digits) % 97:02d}'


def nirs():
    return [nir(1 + i % 2, 40 + i, 1 + i % 12, f'{76 if i % 5 else "2A"}{990 - i:03d}', 100 + i) for i in range(24)]


GIVEN = 'Aldric Berthilde Cunégonde Donatienne Euphrasie Fulbert Gontran Hermeline Isaure Joséphine Léopoldine Mélusine'
FAMILY = 'Brindacier Castelfaux Dunormand Esquivin Fauxmont Grandpré'


def names():
    return [f'{GIVEN.split()[i % 12]} {FAMILY.split()[(i + i // 12) % 6]}' for i in range(24)]


def phones():
    return [f'06 39 98 {i:02d} {(i * 7) % 100:02d}' for i in range(24)]


def emails():
    return [f'{GIVEN.split()[i % 12].lower().replace("é", "e")}{i}@exemple.invalid' for i in range(24)]


def addresses():
    ways = ['rue des Essais', 'avenue du Modèle', 'bis chemin Fictif', 'place Inventée']
    return [f'{3 + i} {ways[i % 4]}, 76{990 - i} Villefictive' for i in range(24)]


def notes():
    return [
        f'Vu ce jour avec la fille de la personne, qui dit que depuis {i + 2} semaines il ne mange plus et dort mal la nuit.'
        for i in range(24)
    ]


def ipps():
    return [80_012_345 + 911 * i for i in range(24)]
