#!/bin/sh
# Runs a command with DATABASE_URL_FILE and each HUISCLOS_…_FILE of the environment read into the variable without _FILE: a secret is
# mounted as a file, and stands in no list of variables.
set -eu
for pair in $(env | grep -E '^(DATABASE_URL|HUISCLOS_[A-Z0-9_]+)_FILE=/' || true); do
  name=${pair%%=*}
  path=${pair#*=}
  if [ ! -r "$path" ]; then
    echo "huisclos : $name : $path ne peut pas être lu" >&2
    exit 78
  fi
  value=$(cat "$path")
  export "${name%_FILE}=$value"
  unset "$name"
done
exec "$@"
