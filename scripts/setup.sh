#!/bin/sh
# Makes a fresh checkout ready to run: Node, npm, the dependencies, the native transport. Needs curl or wget or some old Node, and tar.
# Nothing outside the checkout is changed, except that root on Debian or Ubuntu gets missing -dev packages.
# Run twice it is harmless and quick; two at once wait for each other.
set -u

ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
TOOLS=$ROOT/.tools
LOGS=$TOOLS/log
NODE='' NODE_IS='' INSTALLED='' NATIVE_IS=''

# shellcheck source=scripts/setup/pinned.sh
. "$ROOT/scripts/setup/pinned.sh"
# shellcheck source=scripts/setup/report.sh
. "$ROOT/scripts/setup/report.sh"
# shellcheck source=scripts/setup/system.sh
. "$ROOT/scripts/setup/system.sh"
# shellcheck source=scripts/setup/fetch.sh
. "$ROOT/scripts/setup/fetch.sh"
# shellcheck source=scripts/setup/node.sh
. "$ROOT/scripts/setup/node.sh"
# shellcheck source=scripts/setup/dependencies.sh
. "$ROOT/scripts/setup/dependencies.sh"
# shellcheck source=scripts/setup/native-transport.sh
. "$ROOT/scripts/setup/native-transport.sh"

is_set_up() {
  choose_node && npm_is_there && check_installed && check_native_transport
}

# Held until this process ends, however it ends.
take_turn() {
  command -v flock >/dev/null 2>&1 || return 0
  exec 9>"$TOOLS/setup.lock"
  flock -n 9 && return
  note 'another set-up of this checkout is running: waiting for it'
  flock 9
}

mkdir -p "$LOGS" || {
  STEP_NAME=set-up
  fail "$TOOLS can't be written" 'run it as the user who owns the checkout'
}
begin_step set-up
if is_set_up; then
  end_step "${NODE_IS%% (*}, $INSTALLED, $NATIVE_IS"
  exit 0
fi

take_turn
if choose_node; then
  begin_step "$NODE_IS"
  end_step "$NODE_IS"
else
  require_supported_system
  fetch_node
fi
npm_is_there || fetch_npm
if check_installed; then
  begin_step dependencies
  end_step "dependencies; $INSTALLED"
else
  install_dependencies
fi
check_native_transport || build_native_transport
