/*
 * Transports: a connected descriptor and who is told about it, in the order of asyncio's
 * selector transports. A write is tried at once; what is left over waits in a buffer for
 * the writer's handle. A transport is embedded in an owner that counts its references and
 * is its protocol as well: one table of callbacks for both.
 *
 * While it watches its descriptor, or stands in the loop's queue, the owner is held. Who
 * calls a function must hold it as well: closing may give the last other reference back.
 * All calls on the loop's thread.
 */
#ifndef LOOP_TRANSPORT_H
#define LOOP_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/bytequeue.h"
#include "loop/client.h"
#include "loop/handle.h"
#include "loop/loop.h"
#include "loop/net.h"

struct buf;
struct future;
struct future_visitor;
struct server;
struct transport;

enum transport_kind {
	TRANSPORT_SOCKET,
	TRANSPORT_PIPE_READ,  /* connect_read_pipe */
	TRANSPORT_PIPE_WRITE, /* connect_write_pipe */
};

/* The most that one read takes. */
enum { TRANSPORT_READ_MAX = 256 * 1024 };

struct transport_ops {
	/* The owner's count. */
	void (*ref)(struct transport *t);
	void (*unref)(struct transport *t);

	/*
	 * The protocol. Errors of its own are its own business: transport_fail ends
	 * the connection as an error in asyncio's protocols does. Slots that do not
	 * apply to the kind may be NULL; pause_writing and resume_writing too.
	 */
	void (*connection_made)(struct transport *t);
	/*
	 * Where the next bytes may go: `*room` bytes, at least 1; more than
	 * TRANSPORT_READ_MAX are not used. Then buffer_updated says how many came,
	 * unless none did.
	 */
	void *(*get_buffer)(struct transport *t, size_t *room);
	void (*buffer_updated)(struct transport *t, size_t count);
	/* The peer sends no more. True: keep it open for writing; false: close. */
	bool (*eof_received)(struct transport *t);
	/* More than the high-water mark, no more than the low one, is in the buffer. */
	void (*pause_writing)(struct transport *t);
	void (*resume_writing)(struct transport *t);
	/* It is over; `error` (borrowed) is 0 when it was closed. The socket closes next. */
	void (*connection_lost)(struct transport *t, struct datum error);

	/* The names of the protocol's callbacks for the trace: "StreamReaderProtocol". */
	const char *protocol_name;
	/*
	 * If the protocol is the scene's own: append its name and say true. Then its
	 * callbacks are steps of the scene, not of the loop's machinery. May be NULL.
	 */
	bool (*own_protocol)(const struct transport *t, struct buf *name);
};

/* Fields are for reading, and the transport's own below the line. */
struct transport {
	struct loop *loop; /* counted */
	const struct transport_ops *ops;
	struct net_socket *socket; /* counted; closed after connection_lost */
	struct server *server;     /* that accepted it (counted), or NULL */
	uint8_t kind;              /* enum transport_kind */
	bool closing;              /* is_closing() */
	bool paused;               /* pause_reading() was called */
	bool eof_sent;             /* write_eof() was called */
	bool writing_paused;       /* pause_writing was called, resume_writing not yet */
	bool lost;                 /* connection_lost was called */
	size_t high_water, low_water;
	unsigned ignored_writes; /* since the connection was lost; asyncio warns from 5 on */
	uint16_t label_port; /* the client's port: what people call it by; 0: it has none */
	/* ---- */
	bool losing; /* connection_lost is in the queue, or was called */
	struct handle made, read_on, waiter_done, eof, losing_handle;
	struct watch reader, writer;
	struct future *waiter;    /* counted, until it is completed */
	struct datum error;       /* counted: for connection_lost */
	struct list_node in_server;
	struct byte_queue out; /* what is to be written */
};

/*
 * Make the transport of a connected socket (a reference is taken). Appends, in this
 * order: connection_made, the begin of reading, the completion of `waiter` (a future,
 * borrowed; NULL: none). `server` (borrowed; NULL: none) is attached.
 */
void transport_init(struct transport *t, enum transport_kind kind, struct loop *l,
                    struct net_socket *s, const struct transport_ops *ops,
                    struct future *waiter, struct server *server);

/*
 * The owner's count has gone to 0 (so nothing is watched or queued): close the socket if
 * it is open, give back what it holds. Runs no callback.
 */
void transport_fini(struct transport *t);

/* True while it is open and was never closed: the owner of such a one may warn. */
static inline bool transport_unclosed(const struct transport *t)
{
	return t->socket && t->socket->fd >= 0;
}

/* ---- writing ---- */

/*
 * Write `size` bytes (copied). After the connection was lost they are ignored and counted
 * in ignored_writes. Must not follow transport_write_eof (asyncio raises).
 */
void transport_write(struct transport *t, const void *bytes, size_t size);

/*
 * writelines, as 3.13 has it: transport_put all parts into the buffer, then
 * transport_push: one attempt to send it all.
 */
void transport_put(struct transport *t, const void *bytes, size_t size);
void transport_push(struct transport *t);

/* Half-close once the buffer is empty. For a pipe: the same as close. */
void transport_write_eof(struct transport *t);
bool transport_can_write_eof(const struct transport *t);

/* How much is in the buffer. */
static inline size_t transport_buffered(const struct transport *t)
{
	return byte_queue_size(&t->out);
}

/*
 * set_write_buffer_limits; -1 is None. False, and nothing happens, unless
 * high >= low >= 0; `*high` and `*low` are what they would be (for the message).
 */
bool transport_set_limits(struct transport *t, int64_t *high, int64_t *low);

/* ---- reading ---- */

void transport_pause_reading(struct transport *t);
void transport_resume_reading(struct transport *t);
static inline bool transport_is_reading(const struct transport *t)
{
	return !t->closing && !t->paused;
}

/* ---- the end ---- */

/* Flush, then connection_lost(None); one tick later if there is nothing to flush. */
void transport_close(struct transport *t);

/* Throw away what is buffered; connection_lost(None) in the next tick. */
void transport_abort(struct transport *t);

/*
 * Something went wrong: connection_lost(error) in the next tick. With a `message` the
 * client is told (report), as for errors of a protocol. `error` is borrowed.
 */
void transport_fail(struct transport *t, struct datum error, const char *message);

/*
 * For cycle collectors: the references that it holds by itself, but for that on its
 * server, whose owner only the embedder knows.
 */
void transport_traverse(const struct transport *t, const struct future_visitor *v);

#endif
