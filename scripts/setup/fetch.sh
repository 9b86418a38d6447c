# shellcheck shell=sh
# Fetching a package from the npm registry without npm, and making sure that it is the right one.

# The value of a key in the first npm configuration file that has it, in npm's own order.
npmrc_value() { # npmrc_value <key>
  for npmrc in "$ROOT/.npmrc" "${npm_config_userconfig:-${HOME:-/nonexistent}/.npmrc}" \
    "${npm_config_globalconfig:-/etc/npmrc}" /usr/etc/npmrc /usr/local/etc/npmrc; do
    [ -r "$npmrc" ] || continue
    value=$(sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$npmrc" | tail -n 1 | tr -d "\"'\r")
    if [ -n "$value" ]; then
      printf '%s' "$value"
      return
    fi
  done
}

npm_registry() {
  registry=${npm_config_registry:-${NPM_CONFIG_REGISTRY:-$(npmrc_value registry)}}
  registry=${registry:-https://registry.npmjs.org}
  printf '%s' "${registry%/}"
}

sha512_of() { # sha512_of <file>
  if command -v sha512sum >/dev/null 2>&1; then
    sha512sum "$1" | cut -d' ' -f1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 512 "$1" | cut -d' ' -f1
  else
    openssl dgst -sha512 -r "$1" | cut -d' ' -f1
  fi
}

fetched_so_far() {
  have=$(wc -c <"$FETCH_PART" 2>/dev/null || echo 0)
  printf '%s of %s MB' "$((have / 1000000))" "$((FETCH_SIZE_BYTES / 1000000))"
}

# The certificate authority of a company's proxy, where npm has been told of one.
authority_file() {
  cafile=${npm_config_cafile:-$(npmrc_value cafile)}
  [ -r "${cafile:-/nonexistent}" ] && printf '%s' "$cafile"
}

# try_fetch <url>: into $FETCH_PART, going on where an interrupted download ended.
try_fetch() {
  cafile=$(authority_file)
  if command -v curl >/dev/null 2>&1; then
    run_logged "$FETCH_LOG" fetched_so_far curl -fsSL --retry 3 --connect-timeout 15 --speed-limit 1000 --speed-time 30 \
      ${cafile:+--cacert "$cafile"} -C - -o "$FETCH_PART" "$1"
  elif command -v wget >/dev/null 2>&1; then
    run_logged "$FETCH_LOG" fetched_so_far wget -nv -c -t 3 -T 30 ${cafile:+--ca-certificate="$cafile"} -O "$FETCH_PART" "$1"
  elif command -v node >/dev/null 2>&1; then
    # An old Node knows only the authorities it was built with.
    NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-${cafile:-/etc/ssl/certs/ca-certificates.crt}}
    export NODE_EXTRA_CA_CERTS
    run_logged "$FETCH_LOG" fetched_so_far node "$ROOT/scripts/setup/old-node-fetch.cjs" "$1" "$FETCH_PART"
  else
    fail 'neither curl nor wget is there to download with' 'install curl (Debian, Ubuntu: apt-get install -y curl ca-certificates)'
  fi
}

# fetch_package <name> <version> <size in bytes> <sha512>: leaves the checked tarball at $FETCHED.
fetch_package() {
  FETCHED=$TOOLS/download/$1-$2.tgz
  FETCH_PART=$FETCHED.part FETCH_SIZE_BYTES=$3 FETCH_LOG=$LOGS/fetch-$1.log
  url=$(npm_registry)/$1/-/$1-$2.tgz
  mkdir -p "$TOOLS/download"
  # A second try from nothing: servers without ranges refuse to go on, and a cut-off file may have been a bad one.
  try_fetch "$url" || { rm -f "$FETCH_PART" && try_fetch "$url"; } || fetch_by_npm "$1@$2" ||
    fail "$url can't be downloaded" \
      'check the network, the proxy (https_proxy) and the registry (npm_config_registry, ~/.npmrc), then run it again' \
      "$FETCH_LOG"
  actual=$(sha512_of "$FETCH_PART")
  if [ "$actual" != "$4" ]; then
    rm -f "$FETCH_PART"
    fail "$url is not the file this project expects: SHA-512 $actual, expected $4; it was deleted, nothing of it was run" \
      'run it again; if that repeats, the registry or a proxy changes the file: use another with npm_config_registry=…'
  fi
  mv "$FETCH_PART" "$FETCHED"
}

# A registry that wants a login: whatever npm is installed already knows how to give it.
fetch_by_npm() { # fetch_by_npm <name@version>
  command -v npm >/dev/null 2>&1 || return 1
  pack_dir=$TOOLS/download/npm-pack
  rm -rf "$pack_dir" && mkdir -p "$pack_dir"
  run_logged "$FETCH_LOG.npm" '' npm pack "$1" --silent --pack-destination "$pack_dir" || return 1
  mv "$pack_dir"/*.tgz "$FETCH_PART"
}
