/*
 * What the files of asyncio's streams share: the four objects of a connection and who
 * refers to whom. A writer holds the transport, the protocol and the reader; the
 * transport holds the protocol (and the loop the transport, as long as it is open), and the
 * protocol its reader, until the connection is lost. Nobody but the scene holds the writer;
 * a connection that the scene has dropped is closed by its writer's end.
 */
#ifndef SCENE_STREAM_H
#define SCENE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/generator.h"
#include "lang/object.h"
#include "loop/transport.h"

struct buf;
struct future;
struct scene;

enum { STREAM_LIMIT = 64 * 1024 };

extern const struct type stream_reader_type, stream_writer_type, stream_protocol_type,
	socket_transport_type, read_pipe_transport_type, write_pipe_transport_type,
	server_type, transport_socket_type;
extern const struct type base_transport_type, read_transport_type, write_transport_type,
	transport_type, base_protocol_type, protocol_type;
extern const struct type incomplete_read_error_type, limit_overrun_error_type;

/* ---- waiting for I/O ---- */

/* One wait of a coroutine in C. Zero is ready for use. */
struct io_wait {
	value future;   /* counted, from io_wait_begin to io_wait_fini */
	value iterator; /* over the future, until it is done */
	const char *what;
	unsigned port;
};

/*
 * Begin to wait on a new future of `l`: what for in words (static), and at which port (0:
 * none). Then io_wait_step until it does not say CORO_AWAIT. The struct must not move.
 */
void io_wait_begin(struct scene *s, struct io_wait *w, struct loop *l, const char *what,
                   unsigned port);
static inline bool io_waits(const struct io_wait *w)
{
	return !value_is_null(w->iterator);
}
enum coro_outcome io_wait_step(struct vm *vm, struct io_wait *w, value sent, value thrown,
                               value *out);
void io_wait_fini(struct vm *vm, struct io_wait *w);
void io_wait_traverse(const struct io_wait *w, visit_fn visit, void *context);

/* ---- stream_reader.c ---- */

struct stream_reader {
	struct object head;
	value dict;
	struct loop *loop;   /* counted */
	unsigned char *data; /* counted memory of `room` bytes; what is in it is from */
	size_t start, end, room; /* `start` to `end` */
	size_t limit;
	value transport; /* whatever can pause_reading(), or null */
	value exception; /* or null */
	value waiter;    /* the future of who waits for data, or null */
	unsigned port;   /* of the connection: its client's; 0 without one */
	bool eof, paused;
};

static inline struct stream_reader *stream_reader_of(value v)
{
	return (struct stream_reader *)(void *)value_object(v);
}

value stream_reader_new(struct scene *s, struct loop *l, size_t limit);
/* The number of a `limit` argument, which may be null. False: ValueError. */
bool stream_limit(struct vm *vm, value v, size_t *out);
/*
 * feed_data() and feed_eof() of what came from a connection; set_exception(). False with
 * the exception set: pausing the transport failed.
 */
bool stream_reader_feed(struct vm *vm, value reader, const void *data, size_t len);
void stream_reader_feed_eof(struct vm *vm, value reader);
void stream_reader_fail(struct vm *vm, value reader, value exception);

/* ---- stream_protocol.c: what a connection tells its streams ---- */

struct stream_protocol {
	struct object head;
	value dict;
	struct loop *loop;   /* counted */
	value reader;        /* a StreamReader, until the connection is lost; or null */
	value callback;      /* client_connected_cb, or null */
	value task;          /* of the callback's coroutine, or null */
	value transport;     /* from connection_made to connection_lost, else null */
	value closed;        /* the future of wait_closed(); null until somebody asks */
	value error;         /* with which the connection was lost, or null */
	value drainers;      /* list of the futures of those who drain, or null */
	bool paused; /* pause_writing() was called */
	bool lost;   /* connection_lost() was called */
};

static inline struct stream_protocol *stream_protocol_of(value v)
{
	return (struct stream_protocol *)(void *)value_object(v);
}

/* The protocol of `reader` (borrowed, may be null); `callback` may be null. */
value stream_protocol_new(struct scene *s, struct loop *l, value reader, value callback);
/* The methods of the protocol. False: the exception is set. */
bool stream_protocol_made(struct vm *vm, value protocol, value transport);
bool stream_protocol_received(struct vm *vm, value protocol, const void *data, size_t len);
void stream_protocol_eof(struct vm *vm, value protocol);
void stream_protocol_pause(value protocol);
void stream_protocol_resume(value protocol);
void stream_protocol_lost(struct vm *vm, value protocol, value error);
/* The future of wait_closed(), borrowed. */
value stream_protocol_closed(struct vm *vm, value protocol);

/* ---- stream_transport.c ---- */

/* _SelectorSocketTransport and the two of pipes. */
struct transport_object {
	struct object head;
	value dict;
	struct transport transport; /* its loop is NULL until it was begun */
	value protocol;             /* null once the connection is lost */
	value socket;               /* get_extra_info("socket"), made when asked for */
};

static inline struct transport_object *transport_object_of(value v)
{
	return (struct transport_object *)(void *)value_object(v);
}

static inline value transport_value(const struct transport *t)
{
	return object_value((const char *)t - offsetof(struct transport_object, transport));
}

/* Whether `v` is one of our transports. */
static inline bool value_is_transport(value v)
{
	const struct type *t = value_type(v);
	return t == &socket_transport_type || t == &read_pipe_transport_type ||
	       t == &write_pipe_transport_type;
}

/*
 * A new transport of a connected socket (borrowed) for `protocol`; `waiter` (a future, or
 * null) is completed once the connection was made. `server` may be NULL.
 */
value transport_object_new(struct scene *s, struct loop *l, enum transport_kind kind,
                           struct net_socket *socket, value protocol, value waiter,
                           struct server *server);

/* write(), writelines(), get_extra_info(). False: the exception is set. */
bool transport_object_write(struct vm *vm, value self, value data);
bool transport_object_writelines(struct vm *vm, value self, value lines);
value transport_object_info(struct vm *vm, value self, const struct args *a);

/* ---- stream_writer.c ---- */
value stream_writer_new(struct scene *s, struct loop *l, value transport, value protocol,
                        value reader);

#endif
