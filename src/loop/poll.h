/*
 * The poller: which descriptors are ready. epoll and its poll(2) twin behind one small
 * table. epoll reports them in the order in which they became ready, which is CPython's
 * order; poll(2) knows no such thing and reports them in the order in which they were
 * first watched. A closed descriptor is never reported.
 */
#ifndef LOOP_POLL_H
#define LOOP_POLL_H

#include <stddef.h>
#include <stdint.h>

enum { POLL_READ = 1, POLL_WRITE = 2 };

enum poll_backend { POLL_BACKEND_EPOLL, POLL_BACKEND_POLL };

/* A descriptor that somebody watches, and what was seen of it. */
struct poll_entry {
	int fd;
	unsigned wanted; /* POLL_* */
	unsigned seen; /* POLL_*, by the last wait; errors and hang-ups count as all that
	                  is wanted */
	uint64_t seq;  /* order of registration */
};

struct poller;

struct poll_ops {
	const char *name;
	/* A new poller, or NULL with errno set. */
	struct poller *(*make)(void);
	void (*free)(struct poller *p);
	/*
	 * Watch the entry's fd for entry->wanted (0: no more); `entry` is borrowed
	 * until then. 0 or -1 with errno set.
	 */
	int (*watch)(struct poller *p, struct poll_entry *entry);
	/*
	 * Wait at most `timeout_ns` (negative: for ever) and put the ready entries, with
	 * `seen` set, into `*out` (borrowed until the next call).
	 * Their number, 0 when the time is over or a signal came, or -1 with errno set.
	 */
	int (*wait)(struct poller *p, int64_t timeout_ns, struct poll_entry ***out);
};

extern const struct poll_ops poll_epoll_ops, poll_poll_ops;

/* The table of a backend. */
const struct poll_ops *poll_ops_of(enum poll_backend backend);

#endif
