#!/bin/sh
# Runs what /docker-entrypoint.d holds, then the command of the container.
set -e

entrypoint_log() {
  if [ -z "$NGINX_ENTRYPOINT_QUIET_LOGS" ]; then
    echo "$@"
  fi
}

if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
  entrypoint_log "$0: /docker-entrypoint.d/ is not empty, will attempt to perform configuration"
  entrypoint_log "$0: Looking for shell scripts in /docker-entrypoint.d/"
  for f in /docker-entrypoint.d/*.sh; do
    if [ -x "$f" ]; then
      entrypoint_log "$0: Launching $f"
      "$f"
    elif [ -f "$f" ]; then
      entrypoint_log "$0: Ignoring $f, not executable"
    fi
  done
  entrypoint_log "$0: Configuration complete; ready for start up"
fi

exec "$@"
