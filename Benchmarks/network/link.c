/* A cable between this network namespace and another, with what real networks do to packets. See link.py.
 *
 *   link NAMESPACE-FILE ADDRESS-HERE ADDRESS-THERE LOG SEED
 *
 * Two TUN devices named eth0, one in each namespace. "ready" on standard output once both are up; ends with its standard
 * input, each line of which sets a direction (0 from here, 1 from there) anew:
 *
 *   DIRECTION loss=SHARE burst=PACKETS delay=MS jitter=MS rate=KBIT/S queue=MS
 *
 * `burst` is the mean length of a loss (Gilbert's model; 0 or 1: each packet by itself). `jitter` is even about the delay and
 * may change the order. `rate` counts bytes of IP; a packet that would wait longer than `queue` is dropped.
 *
 * The log has a line for each direction and 100 ms, read by readings() in link.py:
 *   ms since 1970,direction,packets in,bytes in,lost,dropped,packets out,bytes out,sum of waits in us,greatest wait in us
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MTU = 1500, SLOTS = 4096, PERIOD_MS = 100 };
static const int64_t MS = 1000000, SECOND = 1000000000;

struct packet {
    int64_t due;
    uint64_t order;
    int length;
    uint8_t bytes[MTU];
};

struct direction {
    double loss, burst, delay, jitter, rate, queue;
    int losing, out;
    int64_t busy_until;
    struct packet slots[SLOTS];
    struct packet *free[SLOTS], *heap[SLOTS];
    int free_count, count;
    uint64_t packets_in, bytes_in, lost, dropped, packets_out, bytes_out, waits, greatest_wait;
};

static struct direction directions[2];
static uint64_t random_state, arrivals;

static void stop(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

/* splitmix64 */
static double chance(void) {
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

static int is_lost(struct direction *d) {
    if (d->burst <= 1) return chance() < d->loss;
    if (d->losing)
        d->losing = chance() >= 1 / d->burst;
    else
        d->losing = d->loss < 1 && chance() < d->loss / ((1 - d->loss) * d->burst);
    return d->losing;
}

static int earlier(const struct packet *a, const struct packet *b) {
    return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void put(struct direction *d, struct packet *packet) {
    int at = d->count++;
    for (; at > 0 && earlier(packet, d->heap[(at - 1) / 2]); at = (at - 1) / 2) d->heap[at] = d->heap[(at - 1) / 2];
    d->heap[at] = packet;
}

static struct packet *take(struct direction *d) {
    struct packet *first = d->heap[0], *last = d->heap[--d->count];
    int at = 0;
    for (int child; (child = 2 * at + 1) < d->count; at = child) {
        if (child + 1 < d->count && earlier(d->heap[child + 1], d->heap[child])) child++;
        if (!earlier(d->heap[child], last)) break;
        d->heap[at] = d->heap[child];
    }
    d->heap[at] = last;
    return first;
}

static void enter(struct direction *d, const uint8_t *bytes, int length) {
    int64_t time = now(CLOCK_MONOTONIC), leaves = time;
    d->packets_in++;
    d->bytes_in += length;
    if (is_lost(d)) {
        d->lost++;
        return;
    }
    if (d->rate > 0) {
        int64_t starts = d->busy_until > time ? d->busy_until : time, wait = starts - time;
        if (wait > d->queue * MS || !d->free_count) {
            d->dropped++;
            return;
        }
        d->waits += wait / 1000;
        if ((uint64_t)wait / 1000 > d->greatest_wait) d->greatest_wait = wait / 1000;
        leaves = d->busy_until = starts + (int64_t)(length * 8.0 / d->rate * MS);
    } else if (!d->free_count) {
        d->dropped++;
        return;
    }
    struct packet *packet = d->free[--d->free_count];
    packet->due = leaves + (int64_t)((d->delay + d->jitter * (2 * chance() - 1)) * MS);
    packet->order = arrivals++;
    packet->length = length;
    memcpy(packet->bytes, bytes, length);
    put(d, packet);
}

static void leave(struct direction *d) {
    for (int64_t time = now(CLOCK_MONOTONIC); d->count && d->heap[0]->due <= time;) {
        struct packet *packet = take(d);
        if (write(d->out, packet->bytes, packet->length) == packet->length) {
            d->packets_out++;
            d->bytes_out += packet->length;
        }
        d->free[d->free_count++] = packet;
    }
}

static void set(const char *line) {
    int which, used = 0;
    if (sscanf(line, "%d%n", &which, &used) != 1 || (which != 0 && which != 1)) {
        fprintf(stderr, "not a direction: %s\n", line);
        exit(2);
    }
    struct direction *d = &directions[which];
    d->loss = d->burst = d->delay = d->jitter = d->rate = 0;
    d->queue = 300;
    char name[16];
    double value;
    for (int more; sscanf(line += used, " %15[a-z]=%lf%n", name, &value, &more) == 2; used = more) {
        double *field = !strcmp(name, "loss") ? &d->loss : !strcmp(name, "burst") ? &d->burst : !strcmp(name, "delay") ? &d->delay
            : !strcmp(name, "jitter") ? &d->jitter : !strcmp(name, "rate") ? &d->rate : !strcmp(name, "queue") ? &d->queue : NULL;
        if (!field) {
            fprintf(stderr, "no such thing: %s\n", name);
            exit(2);
        }
        *field = value;
    }
}

static int open_device(const char *address) {
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_name = "eth0", .ifr_flags = IFF_TUN | IFF_NO_PI};
    if (device < 0 || ioctl(device, TUNSETIFF, &request)) stop("a TUN device");
    char command[128];
    snprintf(command, sizeof command, "ip address add %s/24 dev eth0 && ip link set eth0 mtu %d up", address, MTU);
    if (system(command)) exit(1);
    return device;
}

static void write_log(FILE *log) {
    for (int i = 0; i < 2; i++) {
        struct direction *d = &directions[i];
        fprintf(log, "%" PRId64 ",%d,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n",
            now(CLOCK_REALTIME) / MS, i, d->packets_in, d->bytes_in, d->lost, d->dropped, d->packets_out, d->bytes_out, d->waits,
            d->greatest_wait);
        d->packets_in = d->bytes_in = d->lost = d->dropped = d->packets_out = d->bytes_out = d->waits = d->greatest_wait = 0;
    }
    fflush(log);
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: link NAMESPACE-FILE ADDRESS-HERE ADDRESS-THERE LOG SEED\n");
        return 2;
    }
    FILE *log = fopen(arguments[4], "w");
    if (!log) stop(arguments[4]);
    random_state = strtoull(arguments[5], NULL, 10);
    int devices[2], there = open(arguments[1], O_RDONLY | O_CLOEXEC);
    devices[0] = open_device(arguments[2]);
    if (there < 0 || setns(there, CLONE_NEWNET)) stop(arguments[1]);
    devices[1] = open_device(arguments[3]);
    uint32_t addresses[2];
    for (int i = 0; i < 2; i++) {
        struct direction *d = &directions[i];
        inet_pton(AF_INET, arguments[2 + i], &addresses[i]);
        for (; d->free_count < SLOTS; d->free_count++) d->free[d->free_count] = &d->slots[d->free_count];
        d->out = devices[1 - i];
    }
    puts("ready");
    fflush(stdout);
    char line[256];
    size_t used = 0;
    for (int64_t next = now(CLOCK_MONOTONIC) + PERIOD_MS * MS;;) {
        int64_t due = next, time = now(CLOCK_MONOTONIC);
        for (int i = 0; i < 2; i++)
            if (directions[i].count && directions[i].heap[0]->due < due) due = directions[i].heap[0]->due;
        int64_t left = due > time ? due - time : 0;
        struct timespec timeout = {left / SECOND, left % SECOND};
        struct pollfd ready[3] = {{devices[0], POLLIN, 0}, {devices[1], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        ppoll(ready, 3, &timeout, NULL);
        for (int i = 0; i < 2; i++) {
            uint8_t bytes[MTU];
            ssize_t length;
            while ((ready[i].revents & POLLIN) && (length = read(devices[i], bytes, sizeof bytes)) > 0)
                /* Between the two alone: what the systems themselves say to groups and neighbours is not counted. */
                if (length >= 20 && bytes[0] >> 4 == 4 && !memcmp(bytes + 12, &addresses[i], 4) && !memcmp(bytes + 16, &addresses[1 - i], 4))
                    enter(&directions[i], bytes, (int)length);
            leave(&directions[i]);
        }
        if (ready[2].revents) {
            ssize_t length = read(STDIN_FILENO, line + used, sizeof line - 1 - used);
            if (length <= 0) return 0;
            used += length;
            line[used] = 0;
            for (char *end; (end = strchr(line, '\n')); memmove(line, end + 1, used + 1)) {
                *end = 0;
                set(line);
                used -= end + 1 - line;
            }
        }
        if (now(CLOCK_MONOTONIC) >= next) {
            write_log(log);
            next += PERIOD_MS * MS;
        }
    }
}
