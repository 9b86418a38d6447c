# shellcheck shell=sh
# What the user sees of set-up: one line a finished step, a moving line while a step runs, and, when one fails,
# which step it was, why, and what to do about it.

STEP_STARTED=0
FIRST_ERROR=' error: |^error|\*\*\*|no such file|not found|unable to|npm error code|npm error missing:|failed with'

begin_step() { # begin_step <name>
  STEP_NAME=$1
  STEP_STARTED=$(date +%s)
}

end_step() { # end_step <what was done>
  clear_progress
  printf '✔ %-70s %4s s\n' "$1" "$(($(date +%s) - STEP_STARTED))"
}

note() { # note <text>
  clear_progress
  printf '  %s\n' "$1"
}

clear_progress() {
  if [ -t 1 ]; then printf '\r\033[K'; fi
}

# fail <cause> <cure> [log file]
fail() {
  clear_progress
  {
    printf '✘ %s\n' "$STEP_NAME"
    printf '  cause: %s\n' "$1"
    if [ -n "${3:-}" ] && [ -s "$3" ]; then
      # What really went wrong comes first in a build's log; its end is what everything above says about that.
      first=$(grep -n -m 3 -i -E "$FIRST_ERROR" "$3" | cut -c 1-300)
      [ -z "$first" ] || printf '  the first errors in %s:\n%s\n' "$3" "$first" | sed '2,$s/^/    | /'
      printf '  the last lines of %s:\n' "$3"
      tail -n 8 "$3" | cut -c 1-300 | sed 's/^/    | /'
    fi
    printf '  cure:  %s\n' "$2"
  } >&2
  exit 1
}

# progress <seconds so far> [detail]: the moving line on a terminal; elsewhere a plain line every 15 s.
progress() {
  if [ -t 1 ]; then
    printf '\r\033[K  … %s: %s s%s' "$STEP_NAME" "$1" "${2:+, $2}"
  elif [ "$1" -gt 0 ] && [ $(($1 % 15)) -eq 0 ]; then
    printf '  … %s: %s s%s\n' "$STEP_NAME" "$1" "${2:+, $2}"
  fi
}

RUNNING_PID=''

# run_logged <log file> <function that prints a detail, or ''> <command...>
# Runs the command in its own process group, so that Ctrl-C can end all of it: a shell's background jobs ignore SIGINT.
run_logged() {
  run_log=$1 run_detail=$2 run_shown=0
  shift 2
  mkdir -p "$(dirname "$run_log")"
  if command -v setsid >/dev/null 2>&1; then
    setsid "$@" >"$run_log" 2>&1 </dev/null &
  else
    "$@" >"$run_log" 2>&1 </dev/null &
  fi
  RUNNING_PID=$!
  run_started=$(date +%s)
  while kill -0 "$RUNNING_PID" 2>/dev/null; do
    sleep 0.3
    run_elapsed=$(($(date +%s) - run_started))
    if [ "$run_elapsed" -ge 2 ] && [ "$run_elapsed" != "$run_shown" ]; then
      progress "$run_elapsed" "${run_detail:+$("$run_detail")}"
      run_shown=$run_elapsed
    fi
  done
  run_status=0
  wait "$RUNNING_PID" || run_status=$?
  RUNNING_PID=''
  return "$run_status"
}

stop_running() {
  clear_progress
  if [ -n "$RUNNING_PID" ]; then
    kill -TERM "-$RUNNING_PID" 2>/dev/null || kill -TERM "$RUNNING_PID" 2>/dev/null
  fi
  printf 'set-up was interrupted; what is finished is kept: run it again to go on\n' >&2
  exit 130
}
trap stop_running INT TERM HUP
