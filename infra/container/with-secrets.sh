#!/bin/sh
# Runs a command with each NAME_FILE of the environment read into NAME: a secret is mounted as a file, and in no list of variables.
set -eu
for pair in $(env | grep -E '^[A-Z][A-Z0-9_]*_FILE=' || true); do
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
