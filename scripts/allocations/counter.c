/* Counts every call of malloc, calloc, realloc and the aligned kind, on all threads. Loaded before a
   program with LD_PRELOAD by scripts/count-allocations.

   A program may ask `allocation_calls` for the count. With ALLOCATION_TRACE in the environment, the
   calls between one question and the next are written to standard error as stacks of addresses. */
#define _GNU_SOURCE
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_long calls;
static atomic_int tracing;
static _Thread_local int inside;

static void count(void) {
  atomic_fetch_add(&calls, 1);
  if (!atomic_load(&tracing) || inside) return;
  inside = 1;
  void *frames[24];
  backtrace_symbols_fd(frames, backtrace(frames, 24), STDERR_FILENO);
  if (write(STDERR_FILENO, "\n", 1) != 1) _exit(1);
  inside = 0;
}

long allocation_calls(void) {
  if (getenv("ALLOCATION_TRACE")) {
    void *frame[1];
    inside = 1;
    backtrace(frame, 1); /* its first call allocates by itself */
    inside = 0;
    atomic_store(&tracing, !atomic_load(&tracing));
  }
  return atomic_load(&calls);
}

void *malloc(size_t size) { count(); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { count(); return __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { count(); return __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) { count(); return __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}
