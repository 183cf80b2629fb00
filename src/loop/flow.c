/*
 * Flows: see flow.h.
 */
#include "loop/flow.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/bytequeue.h"

/*
 * One direction, from the side that sends. Invariant: if something is held, the kernel's
 * buffer is full or the sender's descriptor is closed.
 */
struct way {
	int fd;           /* the sender's; -1 when it is closed */
	size_t under_way; /* sent and not received, in the kernel or held */
	struct byte_queue held;
	int failure;   /* the reader will find it after what is held, or 0 */
	bool shut;     /* the sender sends no more */
	bool ended;    /* and the kernel knows */
	bool one_lost; /* a send after the receiver had gone */
};

struct net_flow {
	pthread_mutex_t lock; /* guards everything; an end may be another thread's */
	int refs;
	struct way ways[2]; /* by sender */
};

int flow_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
		return -1;
	int size = FLOW_KERNEL;
	for (int i = 0; i < 2; i++)
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	return 0;
}

struct net_flow *flow_new(int fd0, int fd1)
{
	struct net_flow *f = mem_zalloc(1, sizeof *f);
	pthread_mutex_init(&f->lock, NULL);
	f->refs = 2;
	f->ways[0].fd = fd0;
	f->ways[1].fd = fd1;
	return f;
}

/* The receiver has made room: the kernel gets what is held, and at its end the end. */
static void refill(struct way *w)
{
	if (w->fd < 0)
		return;
	while (byte_queue_size(&w->held)) {
		ssize_t n = send(w->fd, byte_queue_front(&w->held), byte_queue_size(&w->held),
		                 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n <= 0)
			return;
		byte_queue_take(&w->held, (size_t)n);
	}
	if (w->shut && !w->ended) {
		w->ended = true;
		shutdown(w->fd, SHUT_WR);
	}
}

/* Up to `size` bytes of what was sent: first what the kernel has, then what is held. */
static ssize_t take(struct way *w, int fd, char *room, size_t size)
{
	ssize_t n = recv(fd, room, size, MSG_DONTWAIT);
	int failure = n < 0 ? errno : 0;
	size_t got = n > 0 ? (size_t)n : 0;
	if (failure == EAGAIN || failure == EINTR)
		return -1;
	size_t more = byte_queue_size(&w->held);
	if (more > size - got)
		more = size - got;
	if (more) {
		memcpy(room + got, byte_queue_front(&w->held), more);
		byte_queue_take(&w->held, more);
		got += more;
	}
	if (failure)
		w->failure = failure;
	if (!got && w->failure) {
		errno = w->failure;
		w->failure = 0;
		return -1;
	}
	w->under_way -= got;
	refill(w);
	return (ssize_t)got;
}

ssize_t flow_recv(struct net_flow *f, int side, void *room, size_t size)
{
	pthread_mutex_lock(&f->lock);
	ssize_t n = take(&f->ways[!side], f->ways[side].fd, room, size);
	if (n < 0 && errno == ECONNRESET)
		f->ways[side].one_lost = true; /* it knows */
	pthread_mutex_unlock(&f->lock);
	return n;
}

/*
 * The receiver has gone. TCP notices only by the answer to what is sent: the first send
 * succeeds and is lost, the next one fails; unless the peer has reset the connection.
 */
static ssize_t send_into_void(struct way *w, size_t size)
{
	int error = 0;
	socklen_t length = sizeof error;
	getsockopt(w->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (!error && !w->one_lost && !w->shut) {
		w->one_lost = true;
		return (ssize_t)size;
	}
	w->one_lost = true;
	errno = error ? error : EPIPE;
	return -1;
}

static ssize_t put(struct net_flow *f, int side, const char *bytes, size_t size,
                   size_t most)
{
	struct way *w = &f->ways[side];
	if (f->ways[!side].fd < 0)
		return send_into_void(w, size);
	if (w->shut) {
		errno = EPIPE;
		return -1;
	}
	size_t room = w->under_way < most ? most - w->under_way : 0;
	if (size > room)
		size = room;
	if (!size) {
		errno = EAGAIN;
		return -1;
	}
	size_t sent = 0;
	if (!byte_queue_size(&w->held)) {
		ssize_t n = send(w->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN)
			return -1;
		sent = n > 0 ? (size_t)n : 0;
	}
	byte_queue_put(&w->held, bytes + sent, size - sent);
	w->under_way += size;
	return (ssize_t)size;
}

ssize_t flow_send(struct net_flow *f, int side, const void *bytes, size_t size)
{
	if (!size)
		return 0;
	pthread_mutex_lock(&f->lock);
	ssize_t n = put(f, side, bytes, size, FLOW_MAX);
	pthread_mutex_unlock(&f->lock);
	return n;
}

void flow_push(struct net_flow *f, int side, const void *bytes, size_t size)
{
	pthread_mutex_lock(&f->lock);
	put(f, side, bytes, size, SIZE_MAX);
	pthread_mutex_unlock(&f->lock);
}

int flow_shutdown(struct net_flow *f, int side, int how)
{
	pthread_mutex_lock(&f->lock);
	struct way *w = &f->ways[side];
	int result = 0;
	if (how != SHUT_WR)
		result = shutdown(w->fd, SHUT_RD);
	if (how != SHUT_RD) {
		w->shut = true;
		refill(w); /* what is held goes first */
	}
	pthread_mutex_unlock(&f->lock);
	return result;
}

static void close_side(struct net_flow *f, int side, bool reset)
{
	pthread_mutex_lock(&f->lock);
	struct way *out = &f->ways[side], *in = &f->ways[!side];
	/* A socket that is closed with something unread resets its connection. */
	if (reset && in->fd >= 0)
		send(in->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(out->fd);
	out->fd = -1;
	byte_queue_free(&in->held);
	bool last = --f->refs == 0;
	pthread_mutex_unlock(&f->lock);
	if (!last)
		return;
	byte_queue_free(&out->held);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

void flow_close(struct net_flow *f, int side)
{
	close_side(f, side, false);
}

void flow_reset(struct net_flow *f, int side)
{
	close_side(f, side, true);
}
