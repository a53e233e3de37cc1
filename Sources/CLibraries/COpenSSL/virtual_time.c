#include "DatagramTLS.h"

#include <sys/time.h>
#include <time.h>

// OpenSSL (3.0 to 3.5) asks gettimeofday for the time of DTLS's retransmission timer and offers no other way in. The
// executable's definition of a symbol comes before libc's for every library, so this one is asked instead: on a thread
// inside one of our calls it tells the caller's time, everywhere else the system's.
static __thread struct {
    int active;
    int64_t nanoseconds;
} virtual_time;

void callpoint_enter_virtual_time(int64_t nanoseconds) {
    virtual_time.active = 1;
    virtual_time.nanoseconds = nanoseconds;
}

void callpoint_leave_virtual_time(void) { virtual_time.active = 0; }

__attribute__((visibility("default"))) int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;  // obsolete, and NULL from every caller
    if (virtual_time.active) {
        // A day ahead, because OpenSSL takes a zero time for "no timer".
        int64_t nanoseconds = virtual_time.nanoseconds < 0 ? 0 : virtual_time.nanoseconds;
        now->tv_sec = (time_t)(nanoseconds / 1000000000 + 86400);
        now->tv_usec = (suseconds_t)(nanoseconds % 1000000000 / 1000);
        return 0;
    }
    struct timespec t;
    if (clock_gettime(CLOCK_REALTIME, &t) != 0) return -1;
    now->tv_sec = t.tv_sec;
    now->tv_usec = t.tv_nsec / 1000;
    return 0;
}
