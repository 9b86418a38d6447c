# shellcheck shell=sh
# The addon of the native transport. It is built where there is a compiler, and nothing else needs it.

addon_is_current() {
  addon=$ROOT/native/build/millrace.node
  [ -d "$ROOT/native/core" ] || return 0
  command -v "${CXX:-c++}" >/dev/null 2>&1 || return 0
  [ -e "$addon" ] && [ -z "$(find "$ROOT/native/core" "$ROOT/native/node" -type f -newer "$addon")" ]
}

build_addon() {
  begin_step 'native transport'
  if "$NODE" "$ROOT/scripts/native/build.ts" >"$LOGS/addon.log" 2>&1; then
    end_step 'native transport'
  else
    note "the native transport could not be built, see $LOGS/addon.log; everything else works without it"
  fi
}
