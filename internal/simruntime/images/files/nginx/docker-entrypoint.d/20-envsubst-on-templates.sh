#!/bin/sh
# Templates are not simulated: /etc/nginx/templates is left alone.
if [ -d /etc/nginx/templates ]; then
  echo "20-envsubst-on-templates.sh: templates are not simulated by labctl; write /etc/nginx/conf.d instead" >&2
fi
