#!/bin/sh
# Migrates unless another service does it (GRIDCRM_MIGRATE=0), then becomes the command.
set -eu
if [ "${GRIDCRM_MIGRATE:-1}" = 1 ] && [ "${1:-}" = serve ]; then
  gridcrm upgrade
fi
exec gridcrm "$@"
