/*
 * What the tests of sockets share: a table of sockets, both clocks, protocols that write
 * down what they are told (in kit.log, one line a call), and servers that do as they are
 * told.
 */
#ifndef TESTS_NET_KIT_H
#define TESTS_NET_KIT_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/net.h"
#include "loop/server.h"
#include "loop/sockop.h"
#include "loop/transport.h"
#include "loop_kit.h"

/* The four worlds of a loop test: `_i` from 0 to WORLDS - 1. */
enum { WORLDS = 4 };

struct net_kit {
	struct kit kit; /* first: a kit is a net_kit */
	struct net *net;
	size_t open_before; /* descriptors of the process */
	size_t conns;       /* alive */
	bool quiet;         /* protocols do not write down what they are told */
};

static inline size_t open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t count = 0;
	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		count++;
	closedir(d);
	return count;
}

static inline void net_kit_init(struct net_kit *n, int world)
{
	size_t before = open_descriptors();
	*n = (struct net_kit){0};
	kit_init_as(&n->kit, true, world & 1,
	            world & 2 ? POLL_BACKEND_POLL : POLL_BACKEND_EPOLL);
	n->net = net_new(world & 1);
	n->open_before = before;
}

/* Everything must be gone: sockets, protocols, descriptors. */
static inline void net_kit_fini(struct net_kit *n)
{
	ck_assert_uint_eq(net_open_count(n->net), 0);
	kit_fini(&n->kit);
	net_free(n->net);
	ck_assert_uint_eq(n->conns, 0);
	ck_assert_uint_eq(open_descriptors(), n->open_before);
}

/* Turn the loop until `*flag`, at most so often that nothing sound needs more. */
static inline void turn_until(struct net_kit *n, const bool *flag)
{
	for (int i = 0; i < 20000 && !*flag; i++)
		loop_turn(n->kit.loop);
	ck_assert(*flag);
}

static inline void turns(struct net_kit *n, int count)
{
	while (count--)
		loop_turn(n->kit.loop);
}

/* What was written down since the last look. */
static inline void said(struct net_kit *n, const char *expected)
{
	ck_assert_str_eq(buf_text(&n->kit.log), expected);
	buf_reset(&n->kit.log);
}

/* ---- protocols ---- */

struct conn {
	struct transport t;
	size_t refs;
	struct net_kit *n;
	char name;
	bool keep_open;  /* the answer to eof_received */
	bool echo;       /* writes back what it gets */
	bool made, ended;
	size_t got;      /* bytes so far */
	size_t room;     /* of a read; 0: all of `buffer` */
	uint32_t sum;    /* of what it got, in order */
	char first;      /* byte of the last read */
	void (*on_data)(struct conn *c, size_t count);
	char *buffer;    /* owned: TRANSPORT_READ_MAX bytes */
};

static inline struct conn *conn_of(struct transport *t)
{
	return CONTAINER_OF(t, struct conn, t);
}

static inline void say(struct conn *c, const char *what)
{
	if (!c->n->quiet)
		buf_printf(&c->n->kit.log, "%c %s\n", c->name, what);
}

static void conn_ref(struct transport *t)
{
	conn_of(t)->refs++;
}

static void conn_unref(struct transport *t)
{
	struct conn *c = conn_of(t);
	if (--c->refs)
		return;
	transport_fini(t);
	c->n->conns--;
	free(c->buffer);
	free(c);
}

static void conn_made(struct transport *t)
{
	conn_of(t)->made = true;
	say(conn_of(t), "made");
}

static void *conn_buffer(struct transport *t, size_t *room)
{
	struct conn *c = conn_of(t);
	*room = c->room ? c->room : TRANSPORT_READ_MAX;
	return c->buffer;
}

static void conn_updated(struct transport *t, size_t count)
{
	struct conn *c = conn_of(t);
	if (!c->n->quiet)
		buf_printf(&c->n->kit.log, "%c got %zu\n", c->name, count);
	c->got += count;
	c->first = c->buffer[0];
	for (size_t i = 0; i < count; i++)
		c->sum = c->sum * 31 + (unsigned char)c->buffer[i];
	if (c->echo)
		transport_write(t, c->buffer, count);
	if (c->on_data)
		c->on_data(c, count);
}

static bool conn_eof(struct transport *t)
{
	say(conn_of(t), "eof");
	return conn_of(t)->keep_open;
}

static void conn_pause(struct transport *t)
{
	say(conn_of(t), "pause");
}

static void conn_resume(struct transport *t)
{
	say(conn_of(t), "resume");
}

static void conn_lost(struct transport *t, struct datum error)
{
	struct conn *c = conn_of(t);
	ck_assert(!c->ended);
	c->ended = true;
	if (c->n->quiet)
		return;
	buf_printf(&c->n->kit.log, "%c lost ", c->name);
	thing_repr(thing_of(error), &c->n->kit.log);
	buf_putc(&c->n->kit.log, '\n');
}

static const struct transport_ops conn_ops = {
	.ref = conn_ref,
	.unref = conn_unref,
	.connection_made = conn_made,
	.get_buffer = conn_buffer,
	.buffer_updated = conn_updated,
	.eof_received = conn_eof,
	.pause_writing = conn_pause,
	.resume_writing = conn_resume,
	.connection_lost = conn_lost,
	.protocol_name = "Conn",
};

/* A transport over `s`, whose reference is taken. One reference. */
static inline struct conn *conn_new(struct net_kit *n, char name,
                                    enum transport_kind kind, struct net_socket *s,
                                    struct future *waiter, struct server *server)
{
	struct conn *c = mem_zalloc(1, sizeof *c);
	c->refs = 1;
	c->n = n;
	c->name = name;
	c->buffer = mem_alloc(TRANSPORT_READ_MAX);
	n->conns++;
	transport_init(&c->t, kind, n->kit.loop, s, &conn_ops, waiter, server);
	net_socket_unref(s);
	return c;
}

static inline void conn_drop(struct conn *c)
{
	conn_unref(&c->t);
}

/* ---- a connection that is there ---- */

static inline struct net_socket *listener(struct net_kit *n, int port)
{
	struct net_error e;
	struct net_socket *s = net_listen_on(n->net, "127.0.0.1", port, 100, &e);
	ck_assert_ptr_nonnull(s);
	return s;
}

/* Poll a socket until it is ready: for tests without a loop. */
static inline void wait_ready(int fd, unsigned wanted)
{
	const struct poll_ops *ops = &poll_poll_ops;
	struct poller *p = ops->make();
	struct poll_entry e = {.fd = fd, .wanted = wanted}, **out;
	ops->watch(p, &e);
	ck_assert_int_eq(ops->wait(p, INT64_C(10000000000), &out), 1);
	ops->free(p);
}

/* A client and the server's end of it. */
static inline void connected(struct net_kit *n, struct net_socket *ends[2])
{
	struct net_socket *l = listener(n, 0);
	ends[0] = net_socket_new(n->net, NET_INET);
	ck_assert_int_eq(net_connect(ends[0], &l->local), -1);
	ck_assert_int_eq(errno, EINPROGRESS);
	wait_ready(ends[0]->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(ends[0]), 0);
	wait_ready(l->fd, POLL_READ);
	ends[1] = net_accept(l);
	ck_assert_ptr_nonnull(ends[1]);
	net_close(l, NULL);
	net_socket_unref(l);
}

#endif
