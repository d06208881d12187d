/**
 * A wget for hosts that have none: the probes of KubeRay's pods need it. HTTP without TLS, GET only, and wget's own
 * exit codes (2 usage, 4 network, 8 the server's error).
 */
export const WGET_STAND_IN = `#!/usr/bin/env bash
# Stands in for wget where the machine has none: wget [-q] [-O FILE] [-t TRIES] [-T SECONDS] [--spider] URL

usage() {
  echo "wget (stand-in of heliostat): $1" >&2
  exit 2
}

quiet= output= tries=1 seconds=60 url= spider=
while (($#)); do
  case $1 in
    -q | --quiet | -nv | --no-verbose) quiet=1 ;;
    --spider) spider=1 ;;
    -qO-) quiet=1 output=- ;;
    -O | --output-document) output=$2 && shift ;;
    -O*) output=\${1#-O} ;;
    -t | --tries) tries=$2 && shift ;;
    -t*) tries=\${1#-t} ;;
    -T | --timeout) seconds=$2 && shift ;;
    -T*) seconds=\${1#-T} ;;
    --output-document=*) output=\${1#*=} ;;
    --tries=*) tries=\${1#*=} ;;
    --timeout=*) seconds=\${1#*=} ;;
    -*) usage "option $1 is not supported" ;;
    *) url=$1 ;;
  esac
  shift
done

[[ $url ]] || usage "missing URL"
[[ $url != https://* ]] || usage "https needs a real wget"
[[ $tries =~ ^[1-9][0-9]*$ ]] || usage "tries must be a number above 0"

rest=\${url#http://}
authority=\${rest%%[/?]*}
path=\${rest#"$authority"}
[[ $path == /* ]] || path=/$path
host=\${authority%:*} port=80
[[ $authority != *:* ]] || port=\${authority##*:}
if [[ ! $output ]]; then
  output=\${path%%\\?*}
  output=\${output##*/}
  output=\${output:-index.html}
fi

fetch() {
  exec 3<>"/dev/tcp/$host/$port" || exit 4
  printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nUser-Agent: Wget\\r\\nAccept: */*\\r\\n\\r\\n' "$path" "$authority" >&3
  read -r _ status _ <&3 || exit 4
  while IFS= read -r line <&3 && [[ $line && $line != $'\\r' ]]; do :; done
  if [[ $status != 2?? ]]; then
    echo "server returned error: $status" >&2
    exit 8
  fi
  [[ $spider ]] || cat <&3
}

# A shell of its own, which timeout can end even while it connects.
export -f fetch
export host port path authority spider
exec 4>&1
[[ $output == - || $spider ]] || exec 4>"$output"

for ((try = 1; ; try++)); do
  complaint=$(timeout "$seconds" bash -c fetch 2>&1 >&4)
  code=$?
  ((code != 124)) || code=4
  ((code == 4 && try < tries)) || break
done
[[ $quiet || ! $complaint ]] || echo "$complaint" >&2
exit "$code"
`;
