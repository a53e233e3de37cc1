/* Counts each thread's heap allocations by standing in for malloc and its kin. For tests, which link it, and for the
 * bench, which preloads it as a shared object; kiosk-mediad finds it by name and is built without it. */
#ifndef CALLPOINT_ALLOCATION_COUNTER_H
#define CALLPOINT_ALLOCATION_COUNTER_H

#include <stdint.h>

/* Allocations that the calling thread has made so far, whoever's code made them. */
uint64_t callpoint_thread_allocations(void);

#endif
