/* Makes one call of the C library fail, on any thread. Loaded before a program with LD_PRELOAD by
   scripts/inject-faults.

   FAULT_CALL   malloc (and its kin), write (with writev, send, sendmsg), fsync, rename or open
   FAULT_AT     which call of that name fails, from 1; 0 for none
   FAULT_ERROR  the number of the error; 0: the call is short, half of the bytes are written (write alone)
   FAULT_AFTER  calls count from the first time on that a file is opened whose name holds this text, or, for
                `accept`, that a connection is accepted; from the start without it
   FAULT_COUNT  a file that gets the number of calls at the end of the process

   Writes to standard error neither count nor fail: it is where failures are told. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static const char *call, *after, *count_file;
static long at;
static int error;
static atomic_long calls;
static atomic_int counts;

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("FAULT_AT");
  at = text ? atol(text) : 0;
  text = getenv("FAULT_ERROR");
  error = text ? atoi(text) : EIO;
  after = getenv("FAULT_AFTER");
  count_file = getenv("FAULT_COUNT");
  call = getenv("FAULT_CALL");
  atomic_store(&counts, after == NULL);
}

__attribute__((destructor)) static void end(void) {
  if (!count_file) return;
  char text[32];
  int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&calls));
  int file = (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file >= 0 && syscall(SYS_write, file, text, length) != length) _exit(125);
}

static int fails(const char *name) {
  if (!call || !atomic_load(&counts) || strcmp(name, call)) return 0;
  return atomic_fetch_add(&calls, 1) + 1 == at;
}

static int refused(const char *name) {
  if (!fails(name)) return 0;
  errno = error;
  return 1;
}

static int no_memory(void) {
  if (!fails("malloc")) return 0;
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) { return no_memory() ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return no_memory() ? NULL : __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return no_memory() ? NULL : __libc_realloc(old, size); }
void *memalign(size_t alignment, size_t size) {
  return no_memory() ? NULL : __libc_memalign(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

ssize_t write(int file, const void *bytes, size_t count) {
  if (file != STDERR_FILENO && fails("write")) {
    if (error) {
      errno = error;
      return -1;
    }
    count = count > 1 ? count / 2 : count;
  }
  return syscall(SYS_write, file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  if (file != STDERR_FILENO && fails("write")) {
    if (error) {
      errno = error;
      return -1;
    }
    count = 1; /* short: the first part alone */
  }
  return syscall(SYS_writev, file, parts, count);
}

ssize_t send(int file, const void *bytes, size_t count, int flags) {
  if (refused("write")) return -1;
  return syscall(SYS_sendto, file, bytes, count, flags, NULL, 0);
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
  if (refused("write")) return -1;
  return syscall(SYS_sendmsg, file, message, flags);
}

int fsync(int file) { return refused("fsync") ? -1 : (int)syscall(SYS_fsync, file); }

int rename(const char *from, const char *to) {
  return refused("rename") ? -1 : (int)syscall(SYS_rename, from, to);
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
  if (after && !atomic_load(&counts) && strstr(path, after)) atomic_store(&counts, 1);
  if (refused("open")) return -1;
  return (int)syscall(SYS_openat, folder, path, flags, mode);
}

#define MODE(last)                                                  \
  mode_t mode = 0;                                                  \
  if (flags & (O_CREAT | __O_TMPFILE)) {                            \
    va_list rest;                                                   \
    va_start(rest, last);                                           \
    mode = va_arg(rest, mode_t);                                    \
    va_end(rest);                                                   \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  return opened(AT_FDCWD, path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  MODE(flags)
  return opened(AT_FDCWD, path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
  MODE(flags)
  return opened(folder, path, flags, mode);
}

int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags) {
  int connection = (int)syscall(SYS_accept4, socket, address, length, flags);
  if (connection >= 0 && after && !strcmp(after, "accept")) atomic_store(&counts, 1);
  return connection;
}
