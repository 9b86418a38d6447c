# shellcheck shell=sh
# The addon of the native transport, and librdkafka for it where the Kafka client came prebuilt. Nothing needs it: where
# there is no compiler, the Kafka client's own transport does, and set-up goes on.

check_native_transport() {
  NATIVE_IS=$("$NODE" "$ROOT/scripts/setup/native-transport.ts" 2>"$LOGS/native-check.log")
}

build_native_transport() {
  begin_step 'native transport'
  native_log=$LOGS/native-transport.log
  if run_logged "$native_log" '' "$NODE" "$ROOT/scripts/setup/native-transport.ts" build; then
    check_native_transport
    end_step "$NATIVE_IS"
    return
  fi
  NATIVE_IS="kafka-javascript's transport, the native one can't be built"
  end_step "$NATIVE_IS"
  note "why:  $(grep -v '^cure: ' "$native_log" | grep -v '^… ' | head -n 1 | cut -c 1-300)   (all of it: $native_log)"
  note "cure: $(sed -n 's/^cure: //p' "$native_log" | head -n 1); then npm run build:native"
}
