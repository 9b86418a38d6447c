# shellcheck shell=sh
# npm ci, and the Kafka client's addon: prebuilt where its download can be reached, else built here from its source.

CLIENT=@confluentinc/kafka-javascript

# Header, Debian package, Fedora package: what librdkafka is compiled against.
NEEDED_HEADERS='curl/curl.h libcurl4-openssl-dev libcurl-devel
openssl/ssl.h libssl-dev openssl-devel
zstd.h libzstd-dev libzstd-devel
sasl/sasl.h libsasl2-dev cyrus-sasl-devel
zlib.h zlib1g-dev zlib-devel
lz4.h liblz4-dev lz4-devel'

# missing_packages <2 for Debian's names, 3 for Fedora's>
missing_packages() {
  command -v "${CXX:-g++}" >/dev/null 2>&1 || if [ "$1" = 2 ]; then echo g++; else echo gcc-c++; fi
  command -v make >/dev/null 2>&1 || echo make
  command -v python3 >/dev/null 2>&1 || echo python3
  printf '%s\n' "$NEEDED_HEADERS" | while read -r line; do
    # shellcheck disable=SC2086 # the line is split into its columns on purpose
    set -- "$1" $line
    printf '#include <stdio.h>\n#include <%s>\n' "$2" | "${CXX:-g++}" -E -x c++ - >/dev/null 2>&1 ||
      if [ "$1" = 2 ]; then echo "$3"; else echo "$4"; fi
  done
}

require_build_tools() {
  missing=$(missing_packages 2 | tr '\n' ' ')
  missing=${missing% }
  [ -z "$missing" ] && return
  cause="librdkafka has to be built from source here, and these are missing: $missing"
  if ! command -v apt-get >/dev/null 2>&1; then
    fail "$cause" "install them, then run it again; on Fedora: sudo dnf install -y $(missing_packages 3 | tr '\n' ' ')"
  fi
  install_system_packages "$missing" "$cause"
}

# Whether the addon's own download would succeed: asks for that very file, for at most 6 s. A host that merely answers
# may have no addon for this Node, and the installer's fallback then builds another, static, librdkafka for minutes.
prebuilt_is_there() {
  [ -z "${npm_config_build_from_source:-}" ] && command -v curl >/dev/null 2>&1 || return 1
  address=$("$NODE" -p "
    const version = require('$ROOT/package-lock.json').packages['node_modules/$CLIENT'].version
    const name = ['confluent-kafka-javascript-v' + version, 'node-v' + process.versions.modules, process.platform, 'glibc', process.arch]
    'https://github.com/confluentinc/confluent-kafka-javascript/releases/download/v' + version + '/' + name.join('-') + '.tar.gz'") &&
    curl -fsIL --connect-timeout 3 --max-time 6 -o /dev/null "$address" 2>/dev/null
}

node_headers() {
  headers=$(dirname "$(dirname "$NODE")")
  [ -r "$headers/include/node/node.h" ] && printf '%s' "$headers"
}

# The npm in .tools would look for the machine's npm configuration in .tools: it is told where that really is.
global_npmrc() {
  for npmrc in "${npm_config_globalconfig:-/etc/npmrc}" /usr/etc/npmrc /usr/local/etc/npmrc; do
    if [ -r "$npmrc" ]; then
      printf '%s' "$npmrc"
      return
    fi
  done
  printf '%s' /etc/npmrc
}

# run_npm <log file> <npm arguments...>
# The variables taken away belong to the make that may have called us, and break librdkafka's own makefiles.
# nodedir is set here because one from the user's .npmrc belongs to another Node.
# Behind a company's proxy the system knows its certificate authority, and Node without --use-system-ca does not.
run_npm() {
  npm_log=$1
  shift
  run_logged "$npm_log" '' env -u JOBS -u MAKEFLAGS -u MFLAGS -u GNUMAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u NODE_ENV \
    PATH="$(dirname "$NODE"):$PATH" NODE_OPTIONS="--use-system-ca ${NODE_OPTIONS:-}" \
    CKJS_LINKING=dynamic npm_config_nodedir="$(node_headers)" npm_config_globalconfig="$(global_npmrc)" \
    "$NODE" "$TOOLS/npm/bin/npm-cli.js" "$@" \
    --include=dev --ignore-scripts=false --foreground-scripts --no-audit --no-fund --no-progress \
    --loglevel=http --fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=10000
}

install_from_source() {
  case $ROOT in
    *[[:space:]]*)
      fail "librdkafka has to be built from source here, and its makefiles can't work in a folder with a space: $ROOT" \
        'move the checkout to a folder without spaces in its path, then run it again'
      ;;
  esac
  require_build_tools
  # The headers of this very Node are needed. A system's Node without them is left for one that brings them.
  if [ -z "$(node_headers)" ]; then fetch_node; fi
  begin_step 'dependencies; librdkafka is being built from source (1 to 3 minutes)'
  npm_config_build_from_source=true run_npm "$LOGS/npm-ci.log" ci ||
    fail 'npm ci, which builds the Kafka client from source, ended with an error' \
      'see the log above for the cause: the network, the registry or the compiler; then run it again' "$LOGS/npm-ci.log"
}

install_prebuilt() {
  run_npm "$LOGS/npm-ci.log" ci && check_installed
}

check_installed() {
  INSTALLED=$("$NODE" "$ROOT/scripts/setup/installed.ts" 2>"$LOGS/installed.log")
}

install_dependencies() {
  begin_step dependencies
  if prebuilt_is_there && install_prebuilt; then
    end_step "dependencies; $INSTALLED"
    return
  fi
  install_from_source
  check_installed || fail 'the dependencies are installed, but something is wrong with them' \
    'rm -rf node_modules, then run it again' "$LOGS/installed.log"
  end_step "dependencies; $INSTALLED"
}
