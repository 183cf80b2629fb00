/*
 * The sock_* coroutines of a loop: see sockop.h. What waits for the descriptor lives on
 * the heap by itself, since its handles may still stand in the queue when the coroutine
 * has gone.
 */
#include "loop/sockop.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/internal.h"

/* Held by the coroutine, by its watch and by the future's done callback. */
struct sockop_wait {
	size_t refs;
	struct sockop *op;     /* NULL once the coroutine has gone */
	struct loop *loop;     /* counted */
	struct future *future; /* counted */
	struct watch watch;
	struct done_callback done;
};

enum attempt { ATTEMPT_DONE, ATTEMPT_AGAIN, ATTEMPT_FAILED };

static const char *const names[] = {
	[SOCKOP_RECV] = "sock_recv",       [SOCKOP_RECV_INTO] = "sock_recv_into",
	[SOCKOP_SENDALL] = "sock_sendall", [SOCKOP_ACCEPT] = "sock_accept",
	[SOCKOP_CONNECT] = "sock_connect",
};

/* What the trace says of the wait. */
static const char *const acts[] = {
	[SOCKOP_RECV] = "read",     [SOCKOP_RECV_INTO] = "read",
	[SOCKOP_SENDALL] = "write", [SOCKOP_ACCEPT] = "accept",
	[SOCKOP_CONNECT] = "connect",
};

/* ---- one attempt ---- */

static enum attempt fail(const struct sockop *op, int number, const char *text,
                         struct datum *out)
{
	const struct loop_world *w = op->world;
	if (number == EAGAIN || number == EINTR)
		return ATTEMPT_AGAIN;
	*out = w->client->os_error ? w->client->os_error(w->context, number, text)
	                           : DATUM_NONE;
	return ATTEMPT_FAILED;
}

static enum attempt connect_failed(const struct sockop *op, int number, struct datum *out)
{
	char where[80], text[120];
	snprintf(text, sizeof text, "Connect call failed %s",
	         net_address_repr(&op->address, where));
	return fail(op, number, text, out);
}

static enum attempt try_connect(struct sockop *op, struct datum *out)
{
	if (op->socket->state == NET_CONNECTING && op->wait) {
		int failure = net_connect_result(op->socket);
		return failure ? connect_failed(op, failure, out) : ATTEMPT_DONE;
	}
	if (net_connect(op->socket, &op->address) == 0)
		return ATTEMPT_DONE;
	if (errno == EINPROGRESS)
		return ATTEMPT_AGAIN;
	return fail(op, errno, NULL, out);
}

static enum attempt try_send(struct sockop *op, struct datum *out)
{
	size_t size = 0;
	const char *bytes = op->ops->bytes(op, &size);
	ssize_t n = net_send(op->socket, bytes + op->sent, size - op->sent);
	if (n < 0)
		return fail(op, errno, NULL, out);
	op->sent += (size_t)n;
	return op->sent == size ? ATTEMPT_DONE : ATTEMPT_AGAIN;
}

static enum attempt try_accept(struct sockop *op, struct datum *out)
{
	struct net_socket *s = net_accept(op->socket);
	if (!s)
		return fail(op, errno, NULL, out);
	*out = op->ops->result(op, 0, s);
	return ATTEMPT_DONE;
}

static enum attempt try_recv(struct sockop *op, struct datum *out)
{
	size_t room = 0;
	void *bytes = op->ops->bytes(op, &room);
	ssize_t n = net_recv(op->socket, bytes, room);
	if (n < 0)
		return fail(op, errno, NULL, out);
	*out = op->ops->result(op, (size_t)n, NULL);
	return ATTEMPT_DONE;
}

/* `*out` is a new reference: what it returns, or the error. */
static enum attempt attempt(struct sockop *op, struct datum *out)
{
	static enum attempt (*const tries[])(struct sockop *, struct datum *) = {
		[SOCKOP_RECV] = try_recv,    [SOCKOP_RECV_INTO] = try_recv,
		[SOCKOP_SENDALL] = try_send, [SOCKOP_ACCEPT] = try_accept,
		[SOCKOP_CONNECT] = try_connect,
	};
	*out = DATUM_NONE;
	return tries[op->kind](op, out);
}

/* ---- waiting ---- */

static void wait_unref(struct sockop_wait *w)
{
	if (--w->refs)
		return;
	future_forget(&w->future);
	loop_unref(w->loop);
	free(w);
}

static struct sockop_wait *wait_of_watch(const struct handle *h)
{
	return CONTAINER_OF(h, struct sockop_wait, watch.handle);
}

static struct sockop_wait *wait_of_done(const struct handle *h)
{
	return CONTAINER_OF(h, struct sockop_wait, done.handle);
}

/* The descriptor is ready: try again. */
static void watch_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct sockop_wait *w = wait_of_watch(h);
	struct datum d;
	if (!w->op || future_done(w->future))
		return;
	enum attempt result = attempt(w->op, &d);
	if (result == ATTEMPT_DONE)
		future_set_result(w->future, d);
	else if (result == ATTEMPT_FAILED)
		future_set_error(w->future, d);
	datum_unref(w->loop->world, d);
}

static void watch_hold(struct handle *h)
{
	wait_of_watch(h)->refs++;
}

static void watch_release(struct handle *h)
{
	wait_unref(wait_of_watch(h));
}

static void watch_name(const struct handle *h, struct buf *out)
{
	const struct sockop_wait *w = wait_of_watch(h);
	buf_printf(out, "BaseSelectorEventLoop._%s",
	           w->op ? names[w->op->kind] : "sock_read");
}

static const struct handle_ops watch_ops = {
	.run = watch_run,
	.hold = watch_hold,
	.release = watch_release,
	.name = watch_name,
};

/* The future is done, or cancelled: nobody looks at the descriptor any more. */
static void done_run(struct loop *l, struct handle *h)
{
	loop_unwatch(l, &wait_of_done(h)->watch);
}

static void done_hold(struct handle *h)
{
	wait_of_done(h)->refs++;
}

static void done_release(struct handle *h)
{
	wait_unref(wait_of_done(h));
}

static void done_name(const struct handle *h, struct buf *out)
{
	const struct sockop_wait *w = wait_of_done(h);
	buf_printf(out, "BaseSelectorEventLoop._sock_%s_done",
	           w->watch.events == POLL_WRITE ? "write" : "read");
}

static void done_traverse(struct handle *h, const struct future_visitor *v)
{
	const struct sockop_wait *w = wait_of_done(h);
	if (w->future)
		v->future(v->context, w->future);
}

static const struct handle_ops done_ops = {
	.run = done_run,
	.hold = done_hold,
	.release = done_release,
	.name = done_name,
	.traverse = done_traverse,
};

static void what_for(const struct sockop *op, char text[64])
{
	const struct net_socket *s = op->socket;
	uint16_t port = s->family > NET_INET6 ? 0
	                : s->accepted         ? s->peer.port
	                                      : s->local.port;
	const char *who = !port                               ? "socket"
	                  : s->accepted || s->state == NET_LISTENING ? "server"
	                                                      : "client";
	if (port)
		snprintf(text, 64, "%s :%u %s", who, port, acts[op->kind]);
	else
		snprintf(text, 64, "%s %s", who, acts[op->kind]);
}

/* True if it waits now; else `*out` is the error. */
static bool begin_wait(struct sockop *op, struct datum *out)
{
	struct sockop_wait *w = mem_zalloc(1, sizeof *w);
	char text[64];
	bool writes = op->kind == SOCKOP_SENDALL || op->kind == SOCKOP_CONNECT;
	w->refs = 1;
	w->op = op;
	w->loop = loop_ref(op->loop);
	w->future = future_new(op->loop);
	future_label(w->future, WAIT_IO,
	             (struct future_label){.describe = future_describe_text,
	                                   .text = names[op->kind]});
	what_for(op, text);
	op->wait = w;
	if (loop_watch(op->loop, &w->watch, op->socket->fd,
	               writes ? POLL_WRITE : POLL_READ, &watch_ops, text) < 0) {
		fail(op, errno, NULL, out);
		return false;
	}
	done_callback_init(&w->done, &done_ops, ROLE_INTERNAL);
	future_add_callback(w->future, &w->done);
	return true;
}

/* ---- the body ---- */

/* It has ended, one way or the other. */
static void finish(struct sockop *op)
{
	struct sockop_wait *w = op->wait;
	op->wait = NULL;
	if (w) {
		w->op = NULL;
		wait_unref(w);
	}
	net_socket_unref(op->socket);
	op->socket = NULL;
}

static enum outcome end(struct sockop *op, enum outcome outcome)
{
	finish(op);
	return outcome;
}

static enum outcome resume(struct body *b, struct datum sent, struct datum thrown,
                           struct step_result *out)
{
	(void)sent;
	struct sockop *op = CONTAINER_OF(b, struct sockop, body);
	bool first = !op->begun;
	op->begun = true;
	if (!datum_is_none(thrown)) {
		out->datum = datum_ref(op->world, thrown);
		return end(op, BODY_RAISES);
	}
	if (first) {
		switch (attempt(op, &out->datum)) {
		case ATTEMPT_DONE:
			return end(op, BODY_RETURNS);
		case ATTEMPT_FAILED:
			return end(op, BODY_RAISES);
		case ATTEMPT_AGAIN:
			break;
		}
		if (!begin_wait(op, &out->datum))
			return end(op, BODY_RAISES);
		future_await(op->wait->future, out);
		return BODY_AWAITS;
	}
	if (!op->wait || !future_done(op->wait->future)) {
		out->datum = op->world->client->make_error(
			op->world->context, LOOP_ERROR_RUNTIME,
			"await wasn't used with future", DATUM_NONE);
		return end(op, BODY_RAISES);
	}
	bool ok = future_take(op->wait->future, &out->datum);
	return end(op, ok ? BODY_RETURNS : BODY_RAISES);
}

static void drop(struct body *b)
{
	struct sockop *op = CONTAINER_OF(b, struct sockop, body);
	struct sockop_wait *w = op->wait;
	/* Nobody will complete the future: its watch goes now. */
	if (w) {
		w->refs++;
		loop_unwatch(w->loop, &w->watch);
		future_remove_callback(w->future, &w->done);
	}
	if (op->socket)
		finish(op);
	if (w)
		wait_unref(w);
	op->ops->over(op);
}

static const char *qualname(const struct body *b)
{
	return names[CONTAINER_OF(b, struct sockop, body)->kind];
}

static const struct body_ops sockop_ops = {
	.resume = resume, .drop = drop, .qualname = qualname};

void sockop_init(struct sockop *op, enum sockop_kind kind, struct loop *l,
                 struct net_socket *s, const struct net_address *address,
                 const struct sockop_ops *ops)
{
	*op = (struct sockop){
		.body = {&sockop_ops},
		.ops = ops,
		.world = loop_world(l),
		.loop = l,
		.socket = net_socket_ref(s),
		.kind = (uint8_t)kind,
	};
	if (address)
		op->address = *address;
}

void sockop_traverse(const struct sockop *op, const struct future_visitor *v)
{
	/* While it watches, the loop keeps the future alive as well. */
	if (op->wait && !op->wait->watch.slot)
		v->future(v->context, op->wait->future);
}
