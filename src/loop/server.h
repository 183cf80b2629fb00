/*
 * Servers: listening sockets whose connections are accepted in the loop, as many a tick as
 * the backlog says; and the count of the connections that came of it. A server is embedded
 * in an owner that counts its references. What a connection becomes (in asyncio: a task)
 * is the owner's business.
 */
#ifndef LOOP_SERVER_H
#define LOOP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/vec.h"
#include "loop/body.h"
#include "loop/loop.h"
#include "loop/net.h"

struct future;
struct future_visitor;
struct server;
struct server_port;
struct transport;

struct server_ops {
	/* The owner's count. */
	void (*ref)(struct server *s);
	void (*unref)(struct server *s);
	/*
	 * A connection was accepted (takes the reference on `connection`; its peer is
	 * known): create its task. Called in the accepting handle, once for each. If
	 * the server is closed by the time that the task begins, asyncio makes no
	 * transport and the connection is dropped.
	 */
	void (*accepted)(struct server *s, struct net_socket *connection);
};

/* Fields are for reading. */
struct server {
	struct loop *loop; /* counted */
	const struct server_ops *ops;
	int backlog;
	bool serving, closed;
	VEC(struct server_port *) ports; /* owned; none once closed */
	struct list_node clients;        /* of struct transport, oldest first */
	size_t client_count;
	VEC(struct future *) waiters;    /* counted, of wait_closed */
	bool over;                       /* closed, and no client is left */
	struct future *forever;          /* counted, of serve_forever */
};

/* `l` is counted. Then server_add for each socket. */
void server_init(struct server *s, struct loop *l, const struct server_ops *ops,
                 int backlog);
void server_fini(struct server *s);

/* One more bound socket (a reference is taken). Before server_start. */
void server_add(struct server *s, struct net_socket *socket);

/* The sockets: `socket(s, i)`, borrowed, for i < server_socket_count(s). */
size_t server_socket_count(const struct server *s);
struct net_socket *server_socket(const struct server *s, size_t i);

/*
 * Listen and accept from now on; harmless when it does. The scene follows it with one
 * sleep(0). 0, or -1 with errno set.
 */
int server_start(struct server *s);

/*
 * Close the listening sockets; connections live on. Cancels the future of serve_forever.
 * Harmless twice.
 */
void server_close(struct server *s);

/* close_clients, abort_clients: each transport, oldest first. */
void server_close_clients(struct server *s, bool abort);

/*
 * wait_closed: a new reference to the future to wait for, or NULL: there is nothing to
 * wait for (it is closed, and the last connection has ended).
 */
struct future *server_wait_closed(struct server *s);

/* ---- serve_forever ---- */

enum serve_refusal { SERVE_OK, SERVE_TWICE, SERVE_CLOSED, SERVE_SYSTEM /* errno */ };

/*
 * Begin serve_forever: `*out` is a new reference to the future to wait for, which is
 * only ever cancelled. When the wait ends, call server_forever_over first; if it ended
 * with a CancelledError: server_close, wait for server_wait_closed, raise it.
 */
enum serve_refusal server_serve_forever(struct server *s, struct future **out);
void server_forever_over(struct server *s);

/* ---- for transports ---- */

void server_attach(struct server *s, struct transport *t);
void server_detach(struct server *s, struct transport *t);

/* For cycle collectors. */
void server_traverse(const struct server *s, const struct future_visitor *v);

#endif
