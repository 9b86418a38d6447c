# shellcheck shell=sh
# Debian's and Ubuntu's packages: root gets them installed, anybody else is told the command.

install_system_packages() { # install_system_packages <names> <why they are needed>
  if [ "$(id -u)" != 0 ]; then
    fail "$2" "sudo apt-get update && sudo apt-get install -y $1   (then run it again)"
  fi
  begin_step "system packages: $1"
  # An update that fails for one foreign source need not matter for these.
  run_logged "$LOGS/apt.log" '' sh -c "export DEBIAN_FRONTEND=noninteractive
    apt-get update -q; apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 $1" ||
    fail "apt-get can't install $1" "make this work, then run it again: apt-get update && apt-get install -y $1" \
      "$LOGS/apt.log"
  end_step "system packages: $1"
}
