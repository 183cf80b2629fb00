/*
 * Servers: see server.h.
 */
#include "loop/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop/internal.h"
#include "loop/transport.h"

/* When descriptors ran out, accepting is tried again after so many seconds. */
enum { ACCEPT_RETRY_SECONDS = 1 };

/* A listening socket. The watch and the timer hold the server. */
struct server_port {
	struct server *server;
	struct net_socket *socket; /* counted */
	struct watch watch;
	struct timer retry;
};

static void begin_accepting(struct server_port *p);

/* ---- accepting ---- */

static bool out_of_resources(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void report(const struct server *s, int error, const char *message)
{
	const struct loop_world *w = s->loop->world;
	struct datum e = w->client->os_error
	                         ? w->client->os_error(w->context, error, NULL)
	                         : DATUM_NONE;
	w->client->report(w->context, s->loop,
	                  &(struct loop_report){.message = message, .error = e});
	datum_unref(w, e);
}

/* Descriptors ran out: the socket would be ready in every tick. Look again later. */
static void rest(struct server_port *p)
{
	struct loop *l = p->server->loop;
	loop_unwatch(l, &p->watch);
	if (p->retry.handle.state == HANDLE_IDLE)
		loop_call_at(l, &p->retry, loop_deadline_ns(l, ACCEPT_RETRY_SECONDS));
}

/* Take what waits, as much as the backlog says. */
static void accept_some(struct server_port *p)
{
	struct server *s = p->server;
	for (int i = 0; i < s->backlog && !s->closed; i++) {
		struct net_socket *connection = net_accept(p->socket);
		if (connection) {
			s->ops->accepted(s, connection);
			continue;
		}
		int error = errno;
		if (out_of_resources(error)) {
			report(s, error, "socket.accept() out of system resource");
			rest(p);
		} else if (error != EAGAIN && error != EINTR && error != ECONNABORTED) {
			report(s, error,
			       "Exception in callback "
			       "BaseSelectorEventLoop._accept_connection");
		}
		return;
	}
}

static struct server_port *port_of_watch(const struct handle *h)
{
	return CONTAINER_OF(h, struct server_port, watch.handle);
}

static struct server_port *port_of_retry(const struct handle *h)
{
	return CONTAINER_OF(h, struct server_port, retry.handle);
}

static void watch_hold(struct handle *h)
{
	struct server *s = port_of_watch(h)->server;
	s->ops->ref(s);
}

static void watch_release(struct handle *h)
{
	struct server *s = port_of_watch(h)->server;
	s->ops->unref(s);
}

static void watch_run(struct loop *l, struct handle *h)
{
	(void)l;
	accept_some(port_of_watch(h));
}

static void watch_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "BaseSelectorEventLoop._accept_connection");
}

static const struct handle_ops watch_ops = {
	.run = watch_run,
	.hold = watch_hold,
	.release = watch_release,
	.name = watch_name,
};

static void retry_hold(struct handle *h)
{
	struct server *s = port_of_retry(h)->server;
	s->ops->ref(s);
}

static void retry_release(struct handle *h)
{
	struct server *s = port_of_retry(h)->server;
	s->ops->unref(s);
}

static void retry_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct server_port *p = port_of_retry(h);
	if (!p->server->closed)
		begin_accepting(p);
}

static void retry_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "BaseSelectorEventLoop._start_serving");
}

static const struct handle_ops retry_ops = {
	.run = retry_run,
	.hold = retry_hold,
	.release = retry_release,
	.name = retry_name,
};

static void begin_accepting(struct server_port *p)
{
	char text[32];
	snprintf(text, sizeof text, "server :%u", p->socket->local.port);
	loop_watch_again(p->server->loop, &p->watch, p->socket->fd, POLL_READ, text);
}

/* ---- life ---- */

void server_init(struct server *s, struct loop *l, const struct server_ops *ops,
                 int backlog)
{
	*s = (struct server){.loop = loop_ref(l), .ops = ops, .backlog = backlog};
	list_init(&s->clients);
}

static void free_port(struct server_port *p)
{
	net_socket_unref(p->socket);
	free(p);
}

void server_fini(struct server *s)
{
	if (!s->loop)
		return;
	for (size_t i = 0; i < s->ports.count; i++) {
		net_close(s->ports.items[i]->socket, s->loop);
		free_port(s->ports.items[i]);
	}
	vec_free(&s->ports);
	for (size_t i = 0; i < s->waiters.count; i++)
		future_unref(s->waiters.items[i]);
	vec_free(&s->waiters);
	future_forget(&s->forever);
	loop_unref(s->loop);
	s->loop = NULL;
}

void server_add(struct server *s, struct net_socket *socket)
{
	struct server_port *p = mem_zalloc(1, sizeof *p);
	p->server = s;
	p->socket = net_socket_ref(socket);
	handle_init(&p->watch.handle, &watch_ops, ROLE_IO);
	timer_init(&p->retry, &retry_ops, ROLE_INTERNAL_TIMER);
	vec_push(&s->ports, p);
}

size_t server_socket_count(const struct server *s)
{
	return s->closed ? 0 : s->ports.count;
}

struct net_socket *server_socket(const struct server *s, size_t i)
{
	return s->ports.items[i]->socket;
}

int server_start(struct server *s)
{
	if (s->serving || s->closed)
		return 0;
	s->serving = true;
	for (size_t i = 0; i < s->ports.count; i++) {
		struct server_port *p = s->ports.items[i];
		if (net_listen(p->socket, s->backlog) < 0)
			return -1;
		begin_accepting(p);
	}
	return 0;
}

/* ---- the end ---- */

/* It is closed and has no connections: who waits for that goes on. */
static void wake_waiters(struct server *s)
{
	s->over = true;
	for (size_t i = 0; i < s->waiters.count; i++) {
		future_set_result(s->waiters.items[i], DATUM_NONE);
		future_unref(s->waiters.items[i]);
	}
	vec_free(&s->waiters);
}

void server_close(struct server *s)
{
	if (s->closed)
		return;
	s->ops->ref(s);
	s->closed = true;
	s->serving = false;
	/* The ports stay until the server goes: their handles may be queued. */
	for (size_t i = 0; i < s->ports.count; i++) {
		struct server_port *p = s->ports.items[i];
		loop_unwatch(s->loop, &p->watch);
		handle_cancel(s->loop, &p->retry.handle);
		net_close(p->socket, s->loop);
	}
	if (s->forever && !future_done(s->forever)) {
		future_cancel(s->forever, DATUM_NONE);
		future_forget(&s->forever);
	}
	if (!s->client_count)
		wake_waiters(s);
	s->ops->unref(s);
}

void server_close_clients(struct server *s, bool abort)
{
	/* None leaves before the next tick. */
	for (struct list_node *n = s->clients.next, *next; n != &s->clients; n = next) {
		next = n->next;
		struct transport *t = list_entry(n, struct transport, in_server);
		t->ops->ref(t);
		if (abort)
			transport_abort(t);
		else
			transport_close(t);
		t->ops->unref(t);
	}
}

struct future *server_wait_closed(struct server *s)
{
	if (s->over)
		return NULL;
	struct future *f = future_new(s->loop);
	future_label(f, WAIT_IO,
	             (struct future_label){.describe = future_describe_text,
	                                   .text = "server.wait_closed"});
	vec_push(&s->waiters, future_ref(f));
	return f;
}

/* ---- serve_forever ---- */

enum serve_refusal server_serve_forever(struct server *s, struct future **out)
{
	*out = NULL;
	if (s->forever)
		return SERVE_TWICE;
	if (s->closed)
		return SERVE_CLOSED;
	if (server_start(s) < 0)
		return SERVE_SYSTEM;
	s->forever = future_new(s->loop);
	future_label(s->forever, WAIT_IO,
	             (struct future_label){.describe = future_describe_text,
	                                   .text = "server.serve_forever"});
	*out = future_ref(s->forever);
	return SERVE_OK;
}

void server_forever_over(struct server *s)
{
	future_forget(&s->forever);
}

/* ---- its transports ---- */

void server_attach(struct server *s, struct transport *t)
{
	list_push_tail(&s->clients, &t->in_server);
	s->client_count++;
}

void server_detach(struct server *s, struct transport *t)
{
	if (list_empty(&t->in_server))
		return;
	list_remove(&t->in_server);
	s->client_count--;
	if (!s->client_count && s->closed && !s->over)
		wake_waiters(s);
}

void server_traverse(const struct server *s, const struct future_visitor *v)
{
	for (size_t i = 0; i < s->waiters.count; i++)
		v->future(v->context, s->waiters.items[i]);
	if (s->forever)
		v->future(v->context, s->forever);
}
