/*
 * loop.sock_recv, sock_recv_into, sock_sendall, sock_accept and sock_connect as bodies
 * (body.h). CPython's rule: try at once; if that would block, a future and a reader or
 * writer whose handle tries again; the future's done callback takes the watch away.
 */
#ifndef LOOP_SOCKOP_H
#define LOOP_SOCKOP_H

#include <stdbool.h>

#include "loop/body.h"
#include "loop/client.h"
#include "loop/loop.h"
#include "loop/net.h"

struct future_visitor;
struct sockop;
struct sockop_wait;

enum sockop_kind { SOCKOP_RECV, SOCKOP_RECV_INTO, SOCKOP_SENDALL, SOCKOP_ACCEPT, SOCKOP_CONNECT };

struct sockop_ops {
	/*
	 * RECV, RECV_INTO: where the bytes go, `*room` of them. SENDALL: where the
	 * bytes are, all of them; must stay there until it has ended.
	 */
	void *(*bytes)(struct sockop *op, size_t *room);
	/*
	 * It is done; a new reference to what it returns. RECV: `count` bytes came.
	 * RECV_INTO: likewise. ACCEPT: `accepted` (the reference is taken). SENDALL,
	 * CONNECT: not called, they return 0.
	 */
	struct datum (*result)(struct sockop *op, size_t count,
	                       struct net_socket *accepted);
	/* The body was dropped, ended or not: give the owner back. Called once. */
	void (*over)(struct sockop *op);
};

/* Embedded in its owner, which lives until body.ops->drop, and so ops->over. */
struct sockop {
	struct body body;
	const struct sockop_ops *ops;
	struct loop_world *world;
	struct loop *loop;         /* borrowed: the one whose sock_* it is */
	struct net_socket *socket; /* counted */
	struct net_address address; /* CONNECT: where to */
	uint8_t kind;              /* enum sockop_kind */
	bool begun;
	size_t sent;               /* SENDALL: so far */
	struct sockop_wait *wait;  /* a reference, while it waits */
};

/*
 * `s` is counted; `address` (borrowed) only for CONNECT. Nothing happens before the first
 * resume. Errors are client.os_error's.
 */
void sockop_init(struct sockop *op, enum sockop_kind kind, struct loop *l,
                 struct net_socket *s, const struct net_address *address,
                 const struct sockop_ops *ops);

/* For cycle collectors: the references that it holds by itself. */
void sockop_traverse(const struct sockop *op, const struct future_visitor *v);

#endif
