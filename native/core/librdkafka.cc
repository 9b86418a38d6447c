#include "librdkafka.h"

#include <dlfcn.h>

namespace millrace::rdk {

#define MILLRACE_DEFINE(name) decltype(&::name) name = nullptr;
MILLRACE_LIBRDKAFKA_FUNCTIONS(MILLRACE_DEFINE)
#undef MILLRACE_DEFINE

namespace {

// The leader epoch of a record, by which lost records are recognised, came with 2.1.
constexpr int kOldestVersion = 0x02010000;

void *library = nullptr;

bool bind(const char *name, void **function, std::string &missing) {
  *function = dlsym(library, name);
  if (*function == nullptr && missing.empty()) missing = name;
  return *function != nullptr;
}

std::string bind_all() {
  std::string missing;
#define MILLRACE_BIND(name) bind(#name, reinterpret_cast<void **>(&name), missing);
  MILLRACE_LIBRDKAFKA_FUNCTIONS(MILLRACE_BIND)
#undef MILLRACE_BIND
  if (rd_kafka_version != nullptr && rd_kafka_version() < kOldestVersion) {
    return std::string("version ") + rd_kafka_version_str() + " is older than 2.1";
  }
  return missing.empty() ? "" : "it has no " + missing;
}

}  // namespace

std::string load(const std::string &path) {
  if (library != nullptr) return "";
  // Local: an addon that has a librdkafka of its own, linked in, must not meet this one's symbols.
  library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return dlerror();
  std::string problem = bind_all();
  if (problem.empty()) return "";
  dlclose(library);
  library = nullptr;
  return problem;
}

const char *loaded_from() {
  Dl_info info;
  if (library == nullptr || dladdr(reinterpret_cast<void *>(rd_kafka_version), &info) == 0) return "";
  return info.dli_fname;
}

}  // namespace millrace::rdk
