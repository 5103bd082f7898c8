// clone(3) as it is. The thread sanitizer puts a fork of its own in its place, which lets go of its locks in the child; with
// shared memory they are the parent's, and it stops at a lock that is nobody's. What runs in the child makes system calls and
// touches nothing that the waiting parent does.
#ifndef VS_SANITIZED_CLONE_H
#define VS_SANITIZED_CLONE_H

#include <sched.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
int __clone(int (*body)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif
#endif

#endif
