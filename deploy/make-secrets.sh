#!/usr/bin/env bash
# Writes the secrets of a new installation into deploy/secrets, each once: an existing file is never changed.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p secrets
# The folder is closed to others on this host; the files must be readable inside the containers, where users differ.
chmod 700 secrets
random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
write() {
  if [[ -e secrets/$1 ]]; then echo "kept  deploy/secrets/$1"; return; fi
  (umask 022 && printf '%s' "$2" >"secrets/$1")
  echo "wrote deploy/secrets/$1"
}
write secret_key "$(random)"
write postgres_password "$(random)"
write valkey_password "$(random)"
# Empty until you write what your mail server, gateway for texts and provider of identities gave you, if there are any.
write mail_password ""
write text_gateway_token ""
write oidc_client_secret ""
write database_url "postgresql://echauffeur:$(<secrets/postgres_password)@postgres:5432/echauffeur"
write redis_url "redis://:$(<secrets/valkey_password)@valkey:6379/0"
