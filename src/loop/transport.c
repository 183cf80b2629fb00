/*
 * Transports: see transport.h. The three kinds differ in how they end: a socket has two
 * directions, a pipe one; each follows its own class of asyncio.
 */
#include "loop/transport.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "loop/internal.h"
#include "loop/server.h"

enum { HIGH_WATER = 64 * 1024, HIGH_TO_LOW = 4 };

static const char *const class_names[] = {
	[TRANSPORT_SOCKET] = "_SelectorSocketTransport",
	[TRANSPORT_PIPE_READ] = "_UnixReadPipeTransport",
	[TRANSPORT_PIPE_WRITE] = "_UnixWritePipeTransport",
};

static struct datum os_error(const struct transport *t, int number)
{
	const struct loop_world *w = t->loop->world;
	return w->client->os_error ? w->client->os_error(w->context, number, NULL)
	                           : DATUM_NONE;
}

static bool would_block(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* ---- watching ---- */

/* What the trace says of it: the connection by its client's port, and which end it is. */
static const char *what_for(const struct transport *t, const char *act, char text[64])
{
	const char *who = t->kind != TRANSPORT_SOCKET ? "pipe"
	                  : !t->label_port            ? "socket"
	                  : t->socket->accepted       ? "server"
	                                              : "client";
	if (!loop_traced(t->loop))
		return "";
	if (t->label_port)
		snprintf(text, 64, "%s :%u %s", who, t->label_port, act);
	else
		snprintf(text, 64, "%s %s", who, act);
	return text;
}

static void begin_reading(struct transport *t)
{
	char text[64];
	if (!t->reader.slot)
		loop_watch_again(t->loop, &t->reader, t->socket->fd, POLL_READ,
		                 what_for(t, "read", text));
}

static void begin_writing(struct transport *t)
{
	char text[64];
	if (!t->writer.slot)
		loop_watch_again(t->loop, &t->writer, t->socket->fd, POLL_WRITE,
		                 what_for(t, "write", text));
}

static void end_reading(struct transport *t)
{
	loop_unwatch(t->loop, &t->reader);
}

static void end_writing(struct transport *t)
{
	loop_unwatch(t->loop, &t->writer);
}

/* ---- the end ---- */

static void lose_soon(struct transport *t, struct datum error)
{
	t->losing = true;
	t->error = datum_ref(t->loop->world, error);
	loop_call_soon(t->loop, &t->losing_handle);
}

static void connection_lost(struct transport *t)
{
	struct net_socket *s = t->socket;
	t->losing = t->lost = true;
	t->ops->connection_lost(t, t->error);
	datum_forget(t->loop->world, &t->error);
	net_close(s, t->loop);
	if (s->transport == t)
		s->transport = NULL;
	struct server *server = t->server;
	t->server = NULL;
	if (server) {
		server_detach(server, t);
		server->ops->unref(server);
	}
}

/* As asyncio's _force_close and, for pipes, _close. */
static void force_close(struct transport *t, struct datum error)
{
	if (t->losing)
		return;
	byte_queue_free(&t->out);
	end_writing(t);
	t->closing = true;
	end_reading(t);
	lose_soon(t, error);
}

void transport_close(struct transport *t)
{
	if (t->closing)
		return;
	t->closing = true;
	/* Who writes to a pipe still wants to know when its reader goes. */
	if (t->kind != TRANSPORT_PIPE_WRITE || !transport_buffered(t))
		end_reading(t);
	if (!transport_buffered(t))
		lose_soon(t, DATUM_NONE);
}

void transport_abort(struct transport *t)
{
	force_close(t, DATUM_NONE);
}

void transport_fail(struct transport *t, struct datum error, const char *message)
{
	const struct loop_world *w = t->loop->world;
	if (message)
		w->client->report(w->context, t->loop,
		                  &(struct loop_report){.message = message,
		                                        .error = error,
		                                        .transport = t,
		                                        .protocol = true});
	force_close(t, error);
}

/* A system call failed. Of reading a pipe, asyncio speaks up. */
static void fail_with(struct transport *t, int number)
{
	struct datum error = os_error(t, number);
	bool tells = t->kind == TRANSPORT_PIPE_READ && number != EIO;
	transport_fail(t, error, tells ? "Fatal read error on pipe transport" : NULL);
	datum_unref(t->loop->world, error);
}

/* ---- writing ---- */

static void maybe_pause_writing(struct transport *t)
{
	if (transport_buffered(t) <= t->high_water || t->writing_paused)
		return;
	t->writing_paused = true;
	if (t->ops->pause_writing)
		t->ops->pause_writing(t);
}

static void maybe_resume_writing(struct transport *t)
{
	if (!t->writing_paused || transport_buffered(t) > t->low_water)
		return;
	t->writing_paused = false;
	if (t->ops->resume_writing)
		t->ops->resume_writing(t);
}

/* Whether bytes that are written now still go anywhere. */
static bool takes_writes(struct transport *t)
{
	if (!t->losing && (t->kind == TRANSPORT_SOCKET || !t->closing))
		return true;
	t->ignored_writes++;
	return false;
}

void transport_write(struct transport *t, const void *bytes, size_t size)
{
	if (!size || !takes_writes(t))
		return;
	if (!transport_buffered(t)) {
		ssize_t sent = net_send(t->socket, bytes, size);
		if (sent < 0 && !would_block()) {
			fail_with(t, errno);
			return;
		}
		if (sent > 0) {
			bytes = (const char *)bytes + sent;
			size -= (size_t)sent;
		}
		if (!size)
			return;
		begin_writing(t);
	}
	byte_queue_put(&t->out, bytes, size);
	maybe_pause_writing(t);
}

void transport_put(struct transport *t, const void *bytes, size_t size)
{
	if (size && takes_writes(t))
		byte_queue_put(&t->out, bytes, size);
}

/* All of it was sent: what was waiting for that happens. */
static void flushed(struct transport *t)
{
	end_writing(t);
	if (t->closing) {
		end_reading(t);
		connection_lost(t);
	} else if (t->eof_sent) {
		net_shutdown(t->socket, SHUT_WR);
	}
}

static void send_buffered(struct transport *t)
{
	if (t->losing || !transport_buffered(t))
		return;
	ssize_t sent =
		net_send(t->socket, byte_queue_front(&t->out), transport_buffered(t));
	if (sent < 0) {
		if (!would_block())
			fail_with(t, errno);
		return;
	}
	byte_queue_take(&t->out, (size_t)sent);
	/* A pipe's protocol goes on only when everything is out. */
	if (t->kind == TRANSPORT_SOCKET || !transport_buffered(t))
		maybe_resume_writing(t); /* may write */
	if (!transport_buffered(t))
		flushed(t);
}

void transport_push(struct transport *t)
{
	send_buffered(t);
	if (transport_buffered(t) && !t->losing)
		begin_writing(t);
}

void transport_write_eof(struct transport *t)
{
	if (t->kind != TRANSPORT_SOCKET) {
		transport_close(t);
		return;
	}
	if (t->closing || t->eof_sent)
		return;
	t->eof_sent = true;
	if (!transport_buffered(t))
		net_shutdown(t->socket, SHUT_WR);
}

bool transport_can_write_eof(const struct transport *t)
{
	return t->kind != TRANSPORT_PIPE_READ;
}

bool transport_set_limits(struct transport *t, int64_t *high, int64_t *low)
{
	if (*high < 0)
		*high = *low < 0                           ? HIGH_WATER
		        : *low > INT64_MAX / HIGH_TO_LOW ? INT64_MAX
		                                         : *low * HIGH_TO_LOW;
	if (*low < 0)
		*low = *high / HIGH_TO_LOW;
	if (*high < *low)
		return false;
	t->high_water = (size_t)*high;
	t->low_water = (size_t)*low;
	maybe_pause_writing(t);
	return true;
}

/* ---- reading ---- */

void transport_pause_reading(struct transport *t)
{
	if (!transport_is_reading(t))
		return;
	t->paused = true;
	end_reading(t);
}

void transport_resume_reading(struct transport *t)
{
	if (t->closing || !t->paused)
		return;
	t->paused = false;
	begin_reading(t);
}

static void read_eof(struct transport *t)
{
	if (t->kind == TRANSPORT_PIPE_READ) {
		t->closing = true;
		end_reading(t);
		loop_call_soon(t->loop, &t->eof);
		lose_soon(t, DATUM_NONE);
		return;
	}
	bool keep_open = t->ops->eof_received(t);
	if (t->losing)
		return;
	if (keep_open)
		end_reading(t);
	else
		transport_close(t);
}

static void read_some(struct transport *t)
{
	size_t room = 0;
	if (t->losing)
		return;
	void *buffer = t->ops->get_buffer(t, &room);
	if (!buffer || !room)
		return; /* it has failed, and said so */
	if (room > TRANSPORT_READ_MAX)
		room = TRANSPORT_READ_MAX;
	ssize_t count = net_recv(t->socket, buffer, room);
	if (count > 0)
		t->ops->buffer_updated(t, (size_t)count);
	else if (count == 0)
		read_eof(t);
	else if (!would_block())
		fail_with(t, errno);
}

/* The end that writes to a pipe became readable: nobody reads it any more. */
static void reader_of_pipe_gone(struct transport *t)
{
	struct datum error = DATUM_NONE;
	if (transport_buffered(t))
		error = os_error(t, EPIPE);
	force_close(t, error);
	datum_unref(t->loop->world, error);
}

/* ---- the handles ---- */

/* A handle of a transport: what it runs and what the trace calls it. */
#define TRANSPORT_HANDLE(member)                                                   \
	static void member##_hold(struct handle *h)                                \
	{                                                                          \
		struct transport *t = CONTAINER_OF(h, struct transport, HANDLE_##member); \
		t->ops->ref(t);                                                    \
	}                                                                          \
	static void member##_release(struct handle *h)                             \
	{                                                                          \
		struct transport *t = CONTAINER_OF(h, struct transport, HANDLE_##member); \
		t->ops->unref(t);                                                  \
	}                                                                          \
	static void member##_run(struct loop *l, struct handle *h)                 \
	{                                                                          \
		(void)l;                                                           \
		run_##member(CONTAINER_OF(h, struct transport, HANDLE_##member));  \
	}                                                                          \
	static void member##_name(const struct handle *h, struct buf *out)         \
	{                                                                          \
		name_##member(CONTAINER_OF(h, struct transport, HANDLE_##member), out); \
	}                                                                          \
	static const struct handle_ops member##_ops = {                            \
		.run = member##_run,                                               \
		.hold = member##_hold,                                             \
		.release = member##_release,                                       \
		.name = member##_name,                                             \
	}

#define HANDLE_made made
#define HANDLE_read_on read_on
#define HANDLE_waiter_done waiter_done
#define HANDLE_eof eof
#define HANDLE_losing losing_handle
#define HANDLE_reader reader.handle
#define HANDLE_writer writer.handle

static void run_made(struct transport *t)
{
	t->ops->connection_made(t);
}

static bool put_protocol_name(const struct transport *t, struct buf *out)
{
	if (t->ops->own_protocol && t->ops->own_protocol(t, out))
		return true;
	buf_puts(out, t->ops->protocol_name);
	return false;
}

static void name_made(const struct transport *t, struct buf *out)
{
	put_protocol_name(t, out);
	buf_puts(out, ".connection_made");
}

static void run_read_on(struct transport *t)
{
	if (t->kind == TRANSPORT_PIPE_WRITE ? !t->closing : transport_is_reading(t))
		begin_reading(t);
}

static void name_read_on(const struct transport *t, struct buf *out)
{
	(void)t;
	buf_puts(out, "_SelectorTransport._add_reader");
}

static void run_waiter_done(struct transport *t)
{
	future_set_result(t->waiter, DATUM_NONE);
	future_forget(&t->waiter);
}

static void name_waiter_done(const struct transport *t, struct buf *out)
{
	(void)t;
	buf_puts(out, "_set_result_unless_cancelled");
}

static void run_eof(struct transport *t)
{
	t->ops->eof_received(t);
}

static void name_eof(const struct transport *t, struct buf *out)
{
	put_protocol_name(t, out);
	buf_puts(out, ".eof_received");
}

static void run_losing(struct transport *t)
{
	connection_lost(t);
}

static void name_losing(const struct transport *t, struct buf *out)
{
	(void)t;
	buf_puts(out, "_SelectorTransport._call_connection_lost");
}

static void run_reader(struct transport *t)
{
	if (t->kind == TRANSPORT_PIPE_WRITE)
		reader_of_pipe_gone(t);
	else
		read_some(t);
}

static void name_reader(const struct transport *t, struct buf *out)
{
	buf_printf(out, "%s._read_ready", class_names[t->kind]);
}

static void run_writer(struct transport *t)
{
	send_buffered(t);
}

static void name_writer(const struct transport *t, struct buf *out)
{
	buf_printf(out, "%s._write_ready", class_names[t->kind]);
}

TRANSPORT_HANDLE(made);
TRANSPORT_HANDLE(read_on);
TRANSPORT_HANDLE(waiter_done);
TRANSPORT_HANDLE(eof);
TRANSPORT_HANDLE(losing);
TRANSPORT_HANDLE(reader);
TRANSPORT_HANDLE(writer);

/* ---- life ---- */

/* The role of the handles that call the protocol and nothing else. */
static enum handle_role protocol_role(const struct transport *t)
{
	struct buf name = {0};
	bool own = put_protocol_name(t, &name);
	buf_free(&name);
	return own ? ROLE_CALLBACK : ROLE_INTERNAL;
}

static uint16_t client_port(const struct net_socket *s)
{
	if (s->family > NET_INET6)
		return 0;
	return s->accepted ? s->peer.port : s->local.port;
}

void transport_init(struct transport *t, enum transport_kind kind, struct loop *l,
                    struct net_socket *s, const struct transport_ops *ops,
                    struct future *waiter, struct server *server)
{
	*t = (struct transport){
		.loop = loop_ref(l),
		.ops = ops,
		.socket = net_socket_ref(s),
		.server = server,
		.kind = (uint8_t)kind,
		.high_water = HIGH_WATER,
		.low_water = HIGH_WATER / HIGH_TO_LOW,
		.label_port = client_port(s),
		.waiter = waiter ? future_ref(waiter) : NULL,
	};
	list_init(&t->in_server);
	enum handle_role role = loop_traced(l) ? protocol_role(t) : ROLE_INTERNAL;
	handle_init(&t->made, &made_ops, role);
	handle_init(&t->read_on, &read_on_ops, ROLE_INTERNAL);
	handle_init(&t->waiter_done, &waiter_done_ops, ROLE_INTERNAL);
	handle_init(&t->eof, &eof_ops, role);
	handle_init(&t->losing_handle, &losing_ops, ROLE_INTERNAL);
	handle_init(&t->reader.handle, &reader_ops, ROLE_IO);
	handle_init(&t->writer.handle, &writer_ops, ROLE_IO);
	s->transport = t;
	if (server) {
		server->ops->ref(server);
		server_attach(server, t);
	}
	if (kind == TRANSPORT_SOCKET)
		net_no_delay(s);
	loop_call_soon(l, &t->made);
	loop_call_soon(l, &t->read_on);
	if (waiter)
		loop_call_soon(l, &t->waiter_done);
}

void transport_fini(struct transport *t)
{
	if (!t->loop)
		return;
	net_close(t->socket, t->loop);
	if (t->socket->transport == t)
		t->socket->transport = NULL;
	if (t->server) {
		server_detach(t->server, t);
		t->server->ops->unref(t->server);
	}
	byte_queue_free(&t->out);
	datum_forget(t->loop->world, &t->error);
	future_forget(&t->waiter);
	net_socket_unref(t->socket);
	loop_unref(t->loop);
	t->loop = NULL;
	t->socket = NULL;
	t->server = NULL;
}

void transport_traverse(const struct transport *t, const struct future_visitor *v)
{
	if (t->error.bits)
		v->datum(v->context, t->error);
	if (t->waiter)
		v->future(v->context, t->waiter);
}
