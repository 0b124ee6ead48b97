"""Files of pyarrow, fastparquet, polars, pandas and Python's own csv: `python3 make.py TARGET`."""

import csv
import gzip
import json
import sys
from decimal import Decimal
from pathlib import Path

import fastparquet
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
from rows import FRENCH, LATIN, PLAIN, addresses, emails, ipps, names, nirs, notes, phones, rows

out = Path(sys.argv[1])
at = lambda name: str(out / name)
frame = pd.DataFrame(rows())
frame['entree'] = pd.to_datetime(frame['entree'])
latin = pd.DataFrame(rows(LATIN))
polar = pl.DataFrame(rows())
table = pa.Table.from_pylist(rows())
plain = pa.Table.from_pylist(rows(PLAIN))

# pandas: text
frame.to_csv(at('pandas-utf8.csv'), index=False)
frame.to_csv(at('pandas-utf8-bom.csv'), index=False, sep=';', encoding='utf-8-sig')
frame.to_csv(at('pandas-1252-fr.csv'), index=False, sep=';', decimal=',', date_format='%d/%m/%Y', encoding='cp1252')
frame.to_csv(at('pandas-utf16le.csv'), index=False, sep='\t', encoding='utf-16')
frame.to_csv(at('pandas-utf16be.csv'), index=False, sep=';', encoding='utf-16-be')
frame.to_csv(at('pandas-pipe.csv'), index=False, sep='|', quoting=csv.QUOTE_NONNUMERIC)
frame.to_csv(at('pandas-gzip.csv.gz'), index=False, compression={'method': 'gzip', 'mtime': 0})
frame.to_csv(at('pandas-zip.zip'), index=False, compression={'method': 'zip', 'archive_name': 'sejours.csv'})
latin.to_csv(at('pandas-latin1.csv'), index=False, sep=';', encoding='iso-8859-1')
frame.to_csv(at('pandas-index.csv'))
frame.to_csv(at('pandas-escape.csv'), index=False, quoting=csv.QUOTE_NONE, escapechar='\\', sep=';')
holed = frame.assign(age=frame['age'].where(frame.index != 4).astype(float))
holed.to_csv(at('pandas-float-integers.csv'), index=False)
repeated = pd.concat([frame, frame[['libelle']]], axis=1)
repeated.to_csv(at('pandas-repeated-header.csv'), index=False)
frame.head(0).to_csv(at('pandas-no-rows.csv'), index=False)
frame.to_csv(at('pandas-us-dates.csv'), index=False, date_format='%m/%d/%Y')
wide = pd.concat([frame[['patient']], pd.DataFrame({f'v{i}': [(i * r) % 97 for r in range(24)] for i in range(300)})], axis=1)
wide.to_csv(at('pandas-300-columns.csv.gz'), index=False, compression={'method': 'gzip', 'mtime': 0})
frame.assign(entree=frame['entree'].dt.strftime('%Y-%m-%d')).to_json(at('pandas.ndjson'), orient='records', lines=True, force_ascii=False)
frame.to_json(at('pandas-epoch.ndjson'), orient='records', lines=True, date_format='epoch')
frame.assign(entree=frame['entree'].dt.strftime('%Y-%m-%d')).to_json(at('pandas-array.ndjson'), orient='records')
lines = (out / 'pandas.ndjson').read_text().splitlines(keepends=True)
(out / 'cut-line.ndjson').write_text(''.join(lines[:6]) + lines[6][:40] + '\n' + ''.join(lines[7:]))
packed = gzip.compress(frame.to_csv(index=False).encode(), mtime=0)
(out / 'cut.csv.gz').write_bytes(packed[: len(packed) * 2 // 3])
half = frame.to_csv(index=False).encode()
(out / 'two-members.csv.gz').write_bytes(gzip.compress(half[:500], mtime=0) + gzip.compress(half[500:], mtime=0))

# Python's own csv: a line end within quotes, ragged lines
with open(at('python-line-ends.csv'), 'w', newline='', encoding='cp1252') as file:
    writer = csv.writer(file, delimiter=';')
    writer.writerow(frame.columns)
    for i, row in enumerate(rows()):
        writer.writerow([*list(row.values())[:5], row['libelle'] + ('\r\nsuite\n' if i % 3 == 0 else '')])
with open(at('python-ragged.csv'), 'w', newline='') as file:
    writer = csv.writer(file)
    writer.writerow(frame.columns)
    for i, row in enumerate(rows()):
        values = list(row.values())
        writer.writerow(values[:4] if i == 7 else [*values, 'x'] if i == 15 else values)
with open(at('python-excel-tab.csv'), 'w', newline='', encoding='utf-16') as file:
    writer = csv.writer(file, 'excel-tab')
    writer.writerow(frame.columns)
    writer.writerows([row.values() for row in rows()])

# pyarrow: Parquet
write = lambda name, t=table, **more: pq.write_table(t, at(name), **more)
stamps = table.set_column(2, 'entree', table['entree'].cast(pa.timestamp('ns')))
write('pyarrow-int96.parquet', stamps, use_deprecated_int96_timestamps=True)
write('pyarrow-snappy-dictionary.parquet', compression='snappy', use_dictionary=True)
delta = {'patient': 'DELTA_BYTE_ARRAY', 'age': 'DELTA_BINARY_PACKED', 'entree': 'DELTA_BINARY_PACKED', 'cout': 'BYTE_STREAM_SPLIT', 'code': 'DELTA_LENGTH_BYTE_ARRAY', 'libelle': 'DELTA_BYTE_ARRAY'}
write('pyarrow-delta-v2.parquet', use_dictionary=False, column_encoding=delta, data_page_version='2.0', compression='zstd')
write('pyarrow-gzip-groups.parquet', compression='gzip', row_group_size=7)
write('pyarrow-brotli.parquet', compression='brotli')
write('pyarrow-lz4.parquet', compression='lz4')
write('pyarrow-no-rows.parquet', table.slice(0, 0))
write('pyarrow-nested.parquet', table.set_column(5, 'libelle', pa.array([[row['libelle']] for row in rows()])))
write('pyarrow-struct.parquet', table.set_column(5, 'libelle', pa.array([{'texte': row['libelle']} for row in rows()])))
write('pyarrow-zone.parquet', table.set_column(2, 'entree', table['entree'].cast(pa.timestamp('us')).cast(pa.timestamp('us', 'Europe/Paris'))))
decimals = table.set_column(3, 'cout', pa.array([Decimal(str(row['cout'])) for row in rows()], pa.decimal128(20, 2)))
write('pyarrow-decimal.parquet', decimals)
large = table.set_column(5, 'libelle', table['libelle'].cast(pa.large_string()))
write('pyarrow-large.parquet', large)
whole = (out / 'pyarrow-brotli.parquet').read_bytes()
(out / 'cut.parquet').write_bytes(whole[: len(whole) // 2])
wrong = table.set_column(2, 'entree', pa.array(['31/02/2024' if i == 9 else str(row['entree']) for i, row in enumerate(rows())]))
write('pyarrow-text-days.parquet', wrong)

# pyarrow: Arrow
def ipc(name, t, kind=pa.ipc.new_stream, **options):
    with kind(at(name), t.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for batch in t.to_batches(max_chunksize=9):
            writer.write_batch(batch)

coded = table.set_column(4, 'code', table['code'].dictionary_encode()).set_column(5, 'libelle', table['libelle'].dictionary_encode())
ipc('pyarrow-dictionary.arrows', coded)
ipc('pyarrow-dictionary.arrow', coded.combine_chunks(), pa.ipc.new_file, unify_dictionaries=True)
ipc('pyarrow-large.arrow', large, pa.ipc.new_file)
ipc('pyarrow-decimal.arrows', decimals)
ipc('pyarrow-no-rows.arrows', table.slice(0, 0))
ipc('pyarrow-seconds.arrows', table.set_column(2, 'entree', table['entree'].cast(pa.timestamp('s'))))
ipc('pyarrow-date64.arrow', table.set_column(2, 'entree', table['entree'].cast(pa.date64())), pa.ipc.new_file)
feather.write_feather(table, at('pyarrow-lz4.feather'), compression='lz4')
stream = (out / 'pyarrow-dictionary.arrows').read_bytes()
(out / 'cut.arrows').write_bytes(stream[: len(stream) * 2 // 3])

# fastparquet: with days in seconds, as pandas 3 has them, it writes other days
exact = frame.assign(entree=frame['entree'].astype('datetime64[ns]'))
fastparquet.write(at('fastparquet-int96.parquet'), exact, times='int96', compression='SNAPPY')
fastparquet.write(at('fastparquet-categories.parquet'), exact.assign(code=frame['code'].astype('category')), compression='GZIP')
fastparquet.write(at('fastparquet-lz4-groups.parquet'), exact, compression='LZ4_RAW', row_group_offsets=[0, 8, 16])
fastparquet.write(at('fastparquet-seconds.parquet'), frame)

# polars
polar.write_csv(at('polars-bom.csv'), include_bom=True, separator=';', quote_style='always', line_terminator='\r\n')
polar.write_ndjson(at('polars.ndjson'))
polar.write_parquet(at('polars-zstd.parquet'), compression='zstd', row_group_size=10)
polar.with_columns(pl.col('code').cast(pl.Categorical)).write_parquet(at('polars-lz4.parquet'), compression='lz4')
polar.write_ipc(at('polars-views.arrow'))
polar.write_ipc_stream(at('polars-oldest.arrows'), compat_level=pl.CompatLevel.oldest())

# Planted: one suspicious column each
def planted(column, values, base=frame):
    return base.assign(entree=frame['entree'].dt.strftime('%Y-%m-%d'), **{column: values})

spaced = [f'{n[0]} {n[1:3]} {n[3:5]} {n[5:7]} {n[7:10]} {n[10:13]} {n[13:]}' for n in nirs()]
planted('reference', spaced).to_csv(at('nir-spaced-1252.csv'), index=False, sep=';', encoding='cp1252')
whole_nirs = [int(n) for n in nirs() if 'A' not in n] * 2
write('nir-integer.parquet', pa.Table.from_pandas(planted('c7', whole_nirs[:24]), preserve_index=False))
planted('motif', [f'Carte lue : {n}.' for n in nirs()]).to_json(at('nir-in-text.ndjson'), orient='records', lines=True)
planted('ident', [f'{n}^1.2.250.1.213.1.4.8' for n in nirs()]).to_csv(at('ins-oid-utf16.csv'), index=False, sep='\t', encoding='utf-16')
planted('contact', phones()).to_csv(at('phones-tab.csv'), index=False, sep='\t')
fastparquet.write(at('phones-integer.parquet'), planted('tel_domicile', [int(p.replace(' ', '')) for p in phones()]))
planted('zone', emails()).to_csv(at('emails-utf16be.csv'), index=False, encoding='utf-16-be')
ipc('emails-in-text.arrows', pa.Table.from_pandas(planted('suite', [f'Écrire à <{e}> avant lundi' for e in emails()]), preserve_index=False))
pl.from_pandas(planted('c7', names())).write_parquet(at('names-polars.parquet'))
planted('nom_naissance', [n.split()[1].upper() for n in names()]).to_csv(at('names-upper-1252.csv'), index=False, sep=';', encoding='cp1252')
planted('lieu', addresses(), latin).to_csv(at('addresses-latin1.csv'), index=False, sep=';', encoding='iso-8859-1')
planted('IPP', ipps()).to_json(at('ipp.ndjson'), orient='records', lines=True)
write('patient-numbers.parquet', pa.Table.from_pandas(planted('c7', ipps()), preserve_index=False))
fastparquet.write(at('notes.parquet'), planted('suite', notes()))
with open(at('fhir-notes.ndjson'), 'w') as file:
    for i, note in enumerate(notes()):
        file.write(json.dumps({'resourceType': 'Patient', 'id': f'p{i}', 'gender': note, 'birthDate': '1960-02-01'}) + '\n')

# Ordinary: what looks like an identifier and is none
finess = [f'76{(780_000 + 37 * (i % 6)):06d}{i % 6}' for i in range(24)]
pd.DataFrame({
    'patient': frame['patient'],
    'finess': finess,
    'cip13': [34_009_300_000_00 + 17 * (i % 9) for i in range(24)],
    'snomed': [[271_737_000, 44_054_006, 38_341_003, 22_298_006][i % 4] for i in range(24)],
    'loinc': [['8867-4', '2093-3', '718-7'][i % 3] for i in range(24)],
    'lot': [f'1{i % 5}0676{i % 7}00000000' for i in range(24)],
    'commune': [['Rouen', 'Le Havre', 'Saint-Étienne-du-Rouvray', 'Évreux'][i % 4] for i in range(24)],
    'code_postal': [f'76{(i % 8) * 100:03d}' for i in range(24)],
    'service': [['Cardiologie', 'Chirurgie Générale', 'Soins Intensifs'][i % 3] for i in range(24)],
    'acte': [['DZQM006', 'YYYY600', 'EQQP008'][i % 3] for i in range(24)],
    'horodatage': [20_240_101_080_000 + i for i in range(24)],
    'produit': [['Amoxicilline 500 mg, gélule', 'Paracétamol 1 g'][i % 2] for i in range(24)],
    'effectif': [1_000_000_000 + 13 * (i % 3) for i in range(24)],
    'libelle_ghm': ['Insuffisances cardiaques et états de choc circulatoire, niveau 3 de la version en cours'] * 24,
}).to_csv(at('ordinary-codes-1252.csv'), index=False, sep=';', encoding='cp1252')
with open(at('fhir-patients.ndjson'), 'w') as file:
    for i in range(24):
        identity = {'name': [{'text': names()[i]}], 'telecom': [{'value': phones()[i]}], 'identifier': [{'value': nirs()[i]}]}
        file.write(json.dumps({'resourceType': 'Patient', 'id': f'p{i}', 'gender': ['female', 'male'][i % 2], 'birthDate': '1960-02-01', **identity}) + '\n')
