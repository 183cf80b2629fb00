/*
 * The poller over epoll: see poll.h. Level-triggered, so that a descriptor that is not
 * read to its end is reported again, as poll(2) does. The kernel's order is kept: it is
 * that of the events, and the order in which CPython's loop gets them.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/vec.h"
#include "loop/poll.h"

struct poller {
	int fd;
	size_t watched; /* entries that epoll knows: those with a seq */
	uint64_t last_seq;
	VEC(struct epoll_event) events;
	VEC(struct poll_entry *) ready;
};

static struct poller *make(void)
{
	struct poller *p = mem_zalloc(1, sizeof *p);
	p->fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->fd >= 0)
		return p;
	free(p);
	return NULL;
}

static void drop(struct poller *p)
{
	close(p->fd);
	vec_free(&p->events);
	vec_free(&p->ready);
	free(p);
}

static int watch(struct poller *p, struct poll_entry *entry)
{
	struct epoll_event e = {
		.events = (entry->wanted & POLL_READ ? (unsigned)EPOLLIN : 0) |
	                  (entry->wanted & POLL_WRITE ? (unsigned)EPOLLOUT : 0),
		.data.ptr = entry,
	};
	if (!entry->wanted) {
		/*
		 * Its descriptor may have been closed before: then epoll has forgotten
		 * it.
		 */
		if (entry->seq) {
			p->watched--;
			epoll_ctl(p->fd, EPOLL_CTL_DEL, entry->fd, &e);
		}
		entry->seq = 0;
		return 0;
	}
	int op = entry->seq ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int result = epoll_ctl(p->fd, op, entry->fd, &e);
	/* Closed in silence and its number used anew: epoll does not know it. */
	if (result < 0 && op == EPOLL_CTL_MOD && errno == ENOENT)
		result = epoll_ctl(p->fd, EPOLL_CTL_ADD, entry->fd, &e);
	if (result < 0)
		return -1;
	if (!entry->seq) {
		entry->seq = ++p->last_seq;
		p->watched++;
	}
	return 0;
}

/* Nanoseconds as epoll_wait wants them, rounded up: never early. */
static int milliseconds(int64_t ns)
{
	if (ns < 0)
		return -1;
	int64_t ms = ns / 1000000 + (ns % 1000000 != 0);
	return ms < INT32_MAX ? (int)ms : INT32_MAX;
}

/* epoll_pwait2 where the kernel has it, to the nanosecond; else to the millisecond. */
static int wait_events(struct poller *p, int64_t timeout_ns)
{
	int room = p->events.room < INT32_MAX ? (int)p->events.room : INT32_MAX;
	struct timespec t = {timeout_ns / 1000000000, timeout_ns % 1000000000};
	int count = epoll_pwait2(p->fd, p->events.items, room, timeout_ns < 0 ? NULL : &t,
	                         NULL);
	if (count < 0 && errno == ENOSYS)
		count = epoll_wait(p->fd, p->events.items, room,
		                   milliseconds(timeout_ns));
	return count;
}

static int wait_ready(struct poller *p, int64_t timeout_ns, struct poll_entry ***out)
{
	p->events.count = 0;
	vec_reserve(&p->events, p->watched ? p->watched : 1);
	int count = wait_events(p, timeout_ns);
	if (count < 0)
		return errno == EINTR ? 0 : -1;
	p->ready.count = 0;
	for (int i = 0; i < count; i++) {
		const struct epoll_event *e = &p->events.items[i];
		struct poll_entry *entry = e->data.ptr;
		unsigned lost = e->events & (EPOLLERR | EPOLLHUP) ? entry->wanted : 0;
		entry->seen =
			entry->wanted & (lost | (e->events & EPOLLIN ? POLL_READ : 0u) |
		                         (e->events & EPOLLOUT ? POLL_WRITE : 0u));
		vec_push(&p->ready, entry);
	}
	*out = p->ready.items;
	return count;
}

const struct poll_ops poll_epoll_ops = {
	.name = "epoll",
	.make = make,
	.free = drop,
	.watch = watch,
	.wait = wait_ready,
};

const struct poll_ops *poll_ops_of(enum poll_backend backend)
{
	return backend == POLL_BACKEND_POLL ? &poll_poll_ops : &poll_epoll_ops;
}
