// What Linux has and the toolchain's own module map of libc lacks.
// Never define _GNU_SOURCE here: it changes fd_set against the toolchain's module and breaks debug builds.
#pragma once
#if defined(__linux__)
#include <malloc.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);
#endif
