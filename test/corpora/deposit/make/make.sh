#!/bin/sh
# The whole corpus: sh make.sh TARGET. Needs Python with the packages of make.py, R, LibreOffice, Miller, SQLite, gawk,
# Perl, a JDK, Go, zip and iconv. What a program stamps into its files (dates, versions) differs from run to run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$1" && pwd)
seed=$(mktemp -d)
trap 'rm -rf "$seed"' EXIT
cd "$here"
python3 make.py "$target"
python3 - "$seed" <<'PY'
import sys
import pandas as pd
from rows import LATIN, PLAIN, names, nirs, phones, rows
seed = sys.argv[1]
pd.DataFrame(rows()).to_csv(f'{seed}/french.csv', index=False)
pd.DataFrame(rows(LATIN)).to_csv(f'{seed}/latin.csv', index=False)
pd.DataFrame(rows(PLAIN)).to_csv(f'{seed}/plain.csv', index=False)
sheet = pd.DataFrame(rows())
sheet['entree'] = pd.to_datetime(sheet['entree'])
with pd.ExcelWriter(f'{seed}/sheet.xlsx', date_format='DD/MM/YYYY', datetime_format='DD/MM/YYYY') as writer:
    sheet.to_excel(writer, index=False)
sheet.assign(dossier=[f'{n}' for n in nirs()], portable=phones()).to_excel(f'{seed}/planted.xlsx', index=False)
sheet.assign(libelle=sheet['libelle'] + '\nsuite').to_excel(f'{seed}/lines.xlsx', index=False)
PY
Rscript make.R "$seed" "$target"

# LibreOffice Calc: separator, quote, charset (1 windows-1252, 76 UTF-8, 65535 UTF-16), first line, formats
office() {
  soffice --headless "-env:UserInstallation=file://$seed/office" --convert-to "$1" --outdir "$seed/out" "$seed/$2" >/dev/null 2>&1
  mv "$seed/out/${2%.xlsx}.$4" "$target/$3"
}
office 'csv:Text - txt - csv (StarCalc):59,34,1,1,,1036,false,true' sheet.xlsx office-1252.csv csv
office 'csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,true,true' sheet.xlsx office-utf8-quoted.csv csv
office 'csv:Text - txt - csv (StarCalc):9,34,65535,1,,1036,false,true' sheet.xlsx office-utf16-tab.csv csv
office 'csv:Text - txt - csv (StarCalc):59,34,1,1,,1036,false,true' lines.xlsx office-line-ends.csv csv
office 'csv:Text - txt - csv (StarCalc):59,34,1,1,,1036,false,true' planted.xlsx office-planted.csv csv
office 'ods:calc8' sheet.xlsx office.ods ods
zip -qd "$target/office.ods" 'Thumbnails/*'
cp "$seed/sheet.xlsx" "$target/openpyxl.xlsx"

# Miller, SQLite, gawk, Perl, zip, iconv
mlr --icsv --ocsv --ofs semicolon --quote-all cat "$seed/french.csv" >"$target/miller-semicolon.csv"
mlr --icsv --otsv cat "$seed/plain.csv" >"$target/miller.tsv"
mlr --icsv --ojsonl cat "$seed/french.csv" >"$target/miller.ndjson"
sqlite3 ':memory:' -cmd '.mode csv' -cmd ".import '$seed/french.csv' s" -cmd '.headers on' 'SELECT * FROM s' >"$target/sqlite-crlf.csv"
tail -n +2 "$seed/plain.csv" | gawk -F, '{ printf "%-8s%3d%s%010.2f%-5s%-20s\n", $1, $2, $3, $4, $5, $6 }' >"$target/gawk-fixed.txt"
head -c 700 "$target/gawk-fixed.txt" >"$target/cut-fixed.txt"
perl -0pe 's/\n/\r/g' "$seed/plain.csv" >"$target/perl-carriage-returns.csv"
perl -0pe 's/\n/;\n/g; s/,/;/g' "$seed/plain.csv" >"$target/perl-last-separator.csv"
iconv -f UTF-8 -t WINDOWS-1252 "$target/miller-semicolon.csv" >"$target/iconv-1252.csv"
iconv -f UTF-8 -t UTF-16BE "$target/miller-semicolon.csv" >"$target/iconv-utf16be.csv"
iconv -f UTF-8 -t ISO-8859-15 "$target/miller-semicolon.csv" >"$target/iconv-latin9.csv"
iconv -f UTF-8 -t MACINTOSH "$target/miller-semicolon.csv" >"$target/iconv-macintosh.csv"
(cd "$seed" && zip -qX "$target/zip-one.zip" french.csv && zip -qX "$target/zip-two.zip" french.csv latin.csv && zip -qX -P secret "$target/zip-encrypted.zip" french.csv)
javac -d "$seed" Rows.java && java -cp "$seed" Rows "$seed/french.csv" "$target/java-1252.csv"
cp rows.go "$seed" && cd "$seed" && go mod init rows && go get github.com/parquet-go/parquet-go@v0.23.0 && go run rows.go french.csv "$target"
