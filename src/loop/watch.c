/*
 * Watches: whose handles are appended when a descriptor is ready. A reader and a writer
 * of one descriptor share a slot, which is what the poller knows.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "loop/internal.h"

static struct io_slot *find_slot(const struct loop *l, int fd)
{
	return (size_t)fd < l->slot_of.count ? l->slot_of.items[fd] : NULL;
}

static struct io_slot *make_slot(struct loop *l, int fd)
{
	struct io_slot *s = mem_zalloc(1, sizeof *s);
	s->entry.fd = fd;
	while (l->slot_of.count <= (size_t)fd)
		vec_push(&l->slot_of, NULL);
	l->slot_of.items[fd] = s;
	list_push_tail(&l->slots, &s->link);
	l->slot_count++;
	return s;
}

/* Free the slot if nobody uses it. */
static void tidy_slot(struct loop *l, struct io_slot *s)
{
	if (s->reader || s->writer)
		return;
	list_remove(&s->link);
	if (!s->forgotten)
		l->slot_of.items[s->entry.fd] = NULL;
	l->slot_count--;
	free(s);
}

/* It is out of its slot: the last that happens to a watch, whose owner may go with it. */
static void end_watch(struct loop *l, struct watch *w)
{
	const struct handle_ops *ops = w->handle.ops;
	w->slot = NULL;
	w->anew = false;
	loop_emit(l, EV_IO_DROPPED, w->handle.id, 0, 0);
	handle_cancel(l, &w->handle);
	if (ops->release)
		ops->release(&w->handle);
}

/* Register `w`, whose handle is made, and tell the trace. */
static int watch_fd(struct loop *l, struct watch *w, int fd, unsigned events,
                    const char *what)
{
	if (fd < 0) {
		errno = EBADF;
		return -ERR_SYSTEM;
	}
	struct io_slot *s = find_slot(l, fd);
	if (!s)
		s = make_slot(l, fd);
	unsigned before = s->entry.wanted;
	s->entry.wanted |= events;
	if (s->entry.wanted != before && l->poll_ops->watch(l->poller, &s->entry) < 0) {
		int error = errno;
		s->entry.wanted = before;
		tidy_slot(l, s);
		errno = error;
		return -ERR_SYSTEM;
	}
	struct watch **place = events == POLL_READ ? &s->reader : &s->writer;
	struct watch *old = *place;
	*place = w;
	if (old)
		end_watch(l, old);
	w->events = events;
	w->slot = s;
	if (w->handle.ops->hold)
		w->handle.ops->hold(&w->handle);
	if (loop_traced(l)) {
		handle_tell(l, &w->handle);
		loop_emit(l, EV_IO_AWAITED, w->handle.id, world_text(l->world, what), 0);
	}
	return 0;
}

int loop_watch(struct loop *l, struct watch *w, int fd, unsigned events,
               const struct handle_ops *ops, const char *what)
{
	handle_init(&w->handle, ops, ROLE_IO);
	w->anew = false;
	return watch_fd(l, w, fd, events, what);
}

int loop_watch_again(struct loop *l, struct watch *w, int fd, unsigned events,
                     const char *what)
{
	if (w->handle.cancelled)
		w->anew = true;
	return watch_fd(l, w, fd, events, what);
}

bool loop_unwatch(struct loop *l, struct watch *w)
{
	struct io_slot *s = w->slot;
	if (!s)
		return false;
	*(w->events == POLL_READ ? &s->reader : &s->writer) = NULL;
	s->entry.wanted &= ~w->events;
	if (!s->forgotten)
		l->poll_ops->watch(l->poller, &s->entry);
	tidy_slot(l, s);
	end_watch(l, w);
	return true;
}

struct watch *loop_watch_of(const struct loop *l, int fd, unsigned events)
{
	const struct io_slot *s = fd < 0 ? NULL : find_slot(l, fd);
	if (!s)
		return NULL;
	return events == POLL_READ ? s->reader : s->writer;
}

void loop_forget_fd(struct loop *l, int fd)
{
	struct io_slot *s = fd < 0 ? NULL : find_slot(l, fd);
	if (!s)
		return;
	unsigned wanted = s->entry.wanted;
	s->entry.wanted = 0;
	l->poll_ops->watch(l->poller, &s->entry);
	s->entry.wanted = wanted;
	s->forgotten = true;
	l->slot_of.items[fd] = NULL;
}

static void append_watch(struct loop *l, struct watch *w)
{
	/* Still in the queue from the tick before, or on its way to run a second time. */
	if (!w || w->handle.state != HANDLE_IDLE)
		return;
	if (w->anew)
		w->anew = w->handle.cancelled = false;
	loop_emit(l, EV_IO_READY, w->handle.id, 0, 0);
	loop_call_soon(l, &w->handle);
}

void watches_append(struct loop *l, struct poll_entry **ready, int count)
{
	for (int i = 0; i < count; i++) {
		if (ready[i] == &l->wake) {
			world_calm(l->world);
			continue;
		}
		struct io_slot *s = CONTAINER_OF(ready[i], struct io_slot, entry);
		if (s->entry.seen & POLL_READ)
			append_watch(l, s->reader);
		if (s->entry.seen & POLL_WRITE)
			append_watch(l, s->writer);
	}
}

void watches_close(struct loop *l)
{
	while (!list_empty(&l->slots)) {
		struct io_slot *s = list_entry(l->slots.next, struct io_slot, link);
		struct watch *w = s->reader ? s->reader : s->writer;
		loop_unwatch(l, w);
	}
	vec_free(&l->slot_of);
}
