// C11's threads by way of pthreads. The thread sanitizer knows only the latter, and librdkafka uses the former: linked into
// the harness, these take the place of glibc's, whose types are the same underneath.
#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>

namespace {

struct Start {
  thrd_start_t run;
  void *argument;
};

void *begin(void *data) {
  const Start start = *static_cast<Start *>(data);
  delete static_cast<Start *>(data);
  return reinterpret_cast<void *>(static_cast<intptr_t>(start.run(start.argument)));
}

pthread_mutex_t *of(mtx_t *mutex) { return reinterpret_cast<pthread_mutex_t *>(mutex); }
pthread_cond_t *of(cnd_t *condition) { return reinterpret_cast<pthread_cond_t *>(condition); }
int answer(int error) { return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error; }

}  // namespace

static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t) && sizeof(cnd_t) >= sizeof(pthread_cond_t));

extern "C" {

int thrd_create(thrd_t *thread, thrd_start_t run, void *argument) {
  return answer(pthread_create(reinterpret_cast<pthread_t *>(thread), nullptr, begin, new Start{run, argument}));
}

int thrd_join(thrd_t thread, int *result) {
  void *value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  return answer(error);
}

int thrd_detach(thrd_t thread) { return answer(pthread_detach(thread)); }
thrd_t thrd_current(void) { return pthread_self(); }

int mtx_init(mtx_t *mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if (type & mtx_recursive) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(of(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return answer(error);
}

int mtx_lock(mtx_t *mutex) { return answer(pthread_mutex_lock(of(mutex))); }
int mtx_trylock(mtx_t *mutex) { return pthread_mutex_trylock(of(mutex)) == 0 ? thrd_success : thrd_busy; }
int mtx_unlock(mtx_t *mutex) { return answer(pthread_mutex_unlock(of(mutex))); }
void mtx_destroy(mtx_t *mutex) { pthread_mutex_destroy(of(mutex)); }
int cnd_init(cnd_t *condition) { return answer(pthread_cond_init(of(condition), nullptr)); }
int cnd_signal(cnd_t *condition) { return answer(pthread_cond_signal(of(condition))); }
int cnd_broadcast(cnd_t *condition) { return answer(pthread_cond_broadcast(of(condition))); }
int cnd_wait(cnd_t *condition, mtx_t *mutex) { return answer(pthread_cond_wait(of(condition), of(mutex))); }
int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const timespec *until) {
  return answer(pthread_cond_timedwait(of(condition), of(mutex), until));
}
void cnd_destroy(cnd_t *condition) { pthread_cond_destroy(of(condition)); }

}  // extern "C"
