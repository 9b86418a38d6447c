#include "js.h"

#include <cstring>

namespace millrace::js {

namespace {

napi_value property(napi_env env, napi_value object, const char *name) {
  napi_value value;
  return napi_get_named_property(env, object, name, &value) == napi_ok ? value : undefined(env);
}

template <typename Item>
napi_value array(napi_env env, const std::vector<Item> &items, napi_value (*convert)(napi_env, const Item &)) {
  napi_value array;
  napi_create_array_with_length(env, items.size(), &array);
  for (size_t i = 0; i < items.size(); i++) napi_set_element(env, array, i, convert(env, items[i]));
  return array;
}

template <typename Visit>
void each(napi_env env, napi_value array, Visit visit) {
  uint32_t length = 0;
  if (napi_get_array_length(env, array, &length) != napi_ok) return;
  for (uint32_t i = 0; i < length; i++) {
    napi_value item;
    if (napi_get_element(env, array, i, &item) == napi_ok) visit(item);
  }
}

napi_value partition(napi_env env, const PartitionOffset &from) {
  napi_value to;
  napi_create_object(env, &to);
  set(env, to, "topic", of(env, from.topic));
  set(env, to, "partition", of(env, static_cast<double>(from.partition)));
  set(env, to, "offset", of(env, static_cast<double>(from.offset)));
  set(env, to, "code", of(env, static_cast<double>(from.code)));
  if (from.has_metadata) set(env, to, "metadata", of(env, from.metadata));
  return to;
}

const char *name_of(Event::Type type) {
  switch (type) {
    case Event::Type::kLog:
      return "log";
    case Event::Type::kError:
      return "error";
    case Event::Type::kStatistics:
      return "statistics";
    case Event::Type::kRebalance:
      return "rebalance";
    case Event::Type::kCommitted:
      return "committed";
    case Event::Type::kEnd:
      return "end";
    case Event::Type::kTruncated:
      return "truncated";
  }
  return "";
}

napi_value event(napi_env env, const Event &from) {
  napi_value to;
  napi_create_object(env, &to);
  set(env, to, "type", of(env, std::string(name_of(from.type))));
  if (from.type == Event::Type::kEnd) {
    set(env, to, "epoch", of(env, static_cast<double>(from.epoch)));
    set(env, to, "offset", of(env, static_cast<double>(from.offset)));
    return to;
  }
  set(env, to, "code", of(env, static_cast<double>(from.code)));
  set(env, to, "fatal", of(env, from.fatal));
  set(env, to, "message", of(env, from.text));
  set(env, to, "facility", of(env, from.facility));
  set(env, to, "offset", of(env, static_cast<double>(from.offset)));
  set(env, to, "partitions", of(env, from.partitions));
  return to;
}

}  // namespace

napi_value undefined(napi_env env) {
  napi_value value;
  napi_get_undefined(env, &value);
  return value;
}

napi_value of(napi_env env, double number) {
  napi_value value;
  napi_create_double(env, number, &value);
  return value;
}

napi_value of(napi_env env, bool truth) {
  napi_value value;
  napi_get_boolean(env, truth, &value);
  return value;
}

napi_value of(napi_env env, const std::string &text) {
  napi_value value;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

napi_value of(napi_env env, const Problem &problem) {
  if (!problem) return undefined(env);
  napi_value value;
  napi_create_object(env, &value);
  set(env, value, "code", of(env, static_cast<double>(problem.code)));
  set(env, value, "message", of(env, problem.text));
  set(env, value, "isFatal", of(env, problem.fatal));
  set(env, value, "isRetriable", of(env, problem.retriable));
  return value;
}

napi_value of(napi_env env, const std::vector<PartitionOffset> &partitions) {
  return array(env, partitions, partition);
}

napi_value of(napi_env env, const std::vector<Event> &events) {
  return events.empty() ? undefined(env) : array(env, events, event);
}

void set(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

void set(napi_env env, napi_value object, const char *name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  set(env, object, name, function);
}

double number(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

bool truth(napi_env env, napi_value value) {
  bool truth = false;
  napi_get_value_bool(env, value, &truth);
  return truth;
}

std::string text(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return "";
  std::string text(length, '\0');
  // With room for the zero that it writes behind.
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

std::vector<std::string> texts(napi_env env, napi_value value) {
  std::vector<std::string> texts;
  each(env, value, [&](napi_value item) { texts.push_back(text(env, item)); });
  return texts;
}

std::vector<PartitionOffset> partitions(napi_env env, napi_value value) {
  std::vector<PartitionOffset> partitions;
  each(env, value, [&](napi_value item) {
    PartitionOffset partition;
    partition.topic = text(env, property(env, item, "topic"));
    partition.partition = static_cast<int32_t>(number(env, property(env, item, "partition")));
    napi_valuetype type;
    const napi_value offset = property(env, item, "offset");
    if (napi_typeof(env, offset, &type) == napi_ok && type == napi_number) {
      partition.offset = static_cast<int64_t>(number(env, offset));
    }
    const napi_value metadata = property(env, item, "metadata");
    partition.has_metadata = napi_typeof(env, metadata, &type) == napi_ok && type == napi_string;
    if (partition.has_metadata) partition.metadata = text(env, metadata);
    partitions.push_back(std::move(partition));
  });
  return partitions;
}

Properties properties(napi_env env, napi_value value) {
  const std::vector<std::string> flat = texts(env, value);
  Properties properties;
  for (size_t i = 0; i + 1 < flat.size(); i += 2) properties.emplace_back(flat[i], flat[i + 1]);
  return properties;
}

bool slab(napi_env env, const napi_value *arguments, Slab &slab) {
  constexpr size_t kPlaces = sizeof(SlabPlaces) / sizeof(int32_t);
  napi_typedarray_type type;
  size_t size = 0, count = 0;
  void *memory = nullptr, *numbers = nullptr;
  const bool bytes = napi_get_typedarray_info(env, arguments[0], &type, &size, &memory, nullptr, nullptr) == napi_ok &&
                     type == napi_uint8_array;
  const bool places = napi_get_typedarray_info(env, arguments[1], &type, &count, &numbers, nullptr, nullptr) == napi_ok &&
                      type == napi_int32_array && count == kPlaces;
  SlabPlaces at;
  if (places) std::memcpy(&at, numbers, sizeof at);
  if (bytes && places && slab.attach(static_cast<uint8_t *>(memory), size, at)) return true;
  fail(env, RD_KAFKA_RESP_ERR__INVALID_ARG, "these bytes are no slab with those places");
  return false;
}

void fail(napi_env env, int32_t code, const std::string &message) {
  napi_value error;
  napi_create_error(env, nullptr, of(env, message), &error);
  set(env, error, "code", of(env, static_cast<double>(code)));
  napi_throw(env, error);
}

}  // namespace millrace::js
