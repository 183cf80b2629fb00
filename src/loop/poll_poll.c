/*
 * The poller over poll(2): see poll.h. Two arrays side by side, in order of registration.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "loop/poll.h"

/*
 * Invariant: fds.items[i] asks for what entries.items[i] wants; a registered entry has
 * a seq.
 */
struct poller {
	uint64_t last_seq;
	VEC(struct pollfd) fds;
	VEC(struct poll_entry *) entries;
	VEC(struct poll_entry *) ready;
};

static struct poller *make(void)
{
	return mem_zalloc(1, sizeof(struct poller));
}

static void drop(struct poller *p)
{
	vec_free(&p->fds);
	vec_free(&p->entries);
	vec_free(&p->ready);
	free(p);
}

static void forget(struct poller *p, size_t at)
{
	size_t behind = p->fds.count - at - 1;
	p->entries.items[at]->seq = 0;
	memmove(&p->fds.items[at], &p->fds.items[at + 1], behind * sizeof *p->fds.items);
	memmove(&p->entries.items[at], &p->entries.items[at + 1],
	        behind * sizeof *p->entries.items);
	p->fds.count--;
	p->entries.count--;
}

/* Where a registered entry is: they stand in the order of their seq. */
static size_t place_of(const struct poller *p, const struct poll_entry *entry)
{
	size_t low = 0, high = p->entries.count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (p->entries.items[middle]->seq <= entry->seq)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static int watch(struct poller *p, struct poll_entry *entry)
{
	short events = (short)((entry->wanted & POLL_READ ? POLLIN : 0) |
	                       (entry->wanted & POLL_WRITE ? POLLOUT : 0));
	if (entry->seq) {
		size_t at = place_of(p, entry);
		p->fds.items[at] = (struct pollfd){.fd = entry->fd, .events = events};
		if (!entry->wanted)
			forget(p, at);
		return 0;
	}
	if (!entry->wanted)
		return 0;
	entry->seq = ++p->last_seq;
	vec_push(&p->fds, (struct pollfd){.fd = entry->fd, .events = events});
	vec_push(&p->entries, entry);
	return 0;
}

static int wait_ready(struct poller *p, int64_t timeout_ns, struct poll_entry ***out)
{
	struct timespec t = {timeout_ns / 1000000000, timeout_ns % 1000000000};
	int count = ppoll(p->fds.items, p->fds.count, timeout_ns < 0 ? NULL : &t, NULL);
	if (count < 0)
		return errno == EINTR ? 0 : -1;
	p->ready.count = 0;
	for (size_t i = 0; i < p->fds.count; i++) {
		short got = p->fds.items[i].revents;
		struct poll_entry *entry = p->entries.items[i];
		if (!got)
			continue;
		if (got & POLLNVAL) {
			/* Closed: nobody hears of it any more, as with epoll. */
			p->fds.items[i].fd = -1;
			continue;
		}
		unsigned lost = got & (POLLERR | POLLHUP) ? entry->wanted : 0;
		entry->seen = entry->wanted & (lost | (got & POLLIN ? POLL_READ : 0u) |
		                               (got & POLLOUT ? POLL_WRITE : 0u));
		vec_push(&p->ready, entry);
	}
	*out = p->ready.items;
	return (int)p->ready.count;
}

const struct poll_ops poll_poll_ops = {
	.name = "poll",
	.make = make,
	.free = drop,
	.watch = watch,
	.wait = wait_ready,
};
