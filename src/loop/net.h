/*
 * The sockets of a program: what it opened itself, and nothing else. One table says which
 * descriptors those are and who listens where; a program reaches no other address.
 *
 * Under the real clock they are TCP sockets on the loopback. Under the virtual clock the
 * same addresses stand for socket pairs that never leave the process: what was sent is
 * there at once, ports are counted from 50001, and a run is the same every time.
 *
 * Addresses are as the program says and sees them: ("127.0.0.1", 8888). Nothing here
 * ever waits: descriptors are non-blocking and closed on exec. The calls return 0 (or a
 * count of bytes) and -1 with errno set, as the system's do; those that have more to say
 * than errno say it in a struct net_error. A table may be used from several threads, one
 * socket only from one.
 */
#ifndef LOOP_NET_H
#define LOOP_NET_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct loop;
struct loop_world;
struct net;
struct net_flow;
struct transport;
struct wire;

enum net_family {
	NET_INET,  /* AF_INET: 127.0.0.1 */
	NET_INET6, /* AF_INET6: ::1 */
	NET_PAIR,  /* an end of a socketpair: AF_UNIX without a name */
	NET_PIPE_READ,
	NET_PIPE_WRITE,
};

struct net_address {
	uint8_t family; /* enum net_family: NET_INET or NET_INET6 */
	uint16_t port;  /* in the machine's own byte order */
	char host[48];  /* numeric */
};

/* An errno and, if text is not empty, better words for it than strerror has. */
struct net_error {
	int number;
	char text[200];
};

enum net_state { NET_FRESH, NET_BOUND, NET_LISTENING, NET_CONNECTING, NET_CONNECTED };

/*
 * A socket or the end of a pipe. Counted; net_close closes it whoever has it. Fields are
 * for reading; those below the line are net.c's.
 */
struct net_socket {
	struct net *net;
	int fd;        /* -1 once closed */
	uint8_t family; /* enum net_family */
	uint8_t state;  /* enum net_state */
	bool has_peer;  /* peer is known: it is connected, or was accepted */
	bool accepted;  /* it is the server's end of a connection */
	struct net_address local, peer; /* as the program sees them */
	struct transport *transport; /* borrowed: whose socket it is, or NULL */
	/* ---- */
	size_t refs;
	int failure;             /* NET_CONNECTING: the errno that it ends in, or 0 */
	pthread_t thread;        /* that made it */
	struct net_flow *flow;   /* virtual: what is under way to and from the peer */
	int side;                /* virtual: which of its two ends this is */
	int far_fd;              /* virtual, before it is connected: the other end */
	struct wire *wire;       /* virtual: its peer is another thread's; or NULL */
	bool told_lost;          /* virtual: one send after the peer had gone */
	int backlog;
	struct net_socket **queue; /* virtual, listening: not accepted yet; a ring */
	size_t queue_first, queue_count, queue_room;
};

/* ---- the table ---- */

/* A table for a program whose clock is real or virtual. */
struct net *net_new(bool real);

/* Give it back. Sockets that are still open are closed; they may outlive it as closed. */
void net_free(struct net *n);

/*
 * This thread, whose world that is, opens sockets from now on (`number` is its worker's, or
 * 0); it leaves before the world goes. Virtual: each thread counts ports of its
 * own (50001 + 500 * the worker's number), and what goes to another thread goes by post.
 */
void net_enter(struct net *n, struct loop_world *here, unsigned number);
void net_leave(struct net *n);

/* The open socket with this descriptor, borrowed, or NULL: the program does not own it. */
struct net_socket *net_find(struct net *n, int fd);

/* How many descriptors of the program are open. */
size_t net_open_count(struct net *n);

/*
 * The numeric address for (host, port). `host` NULL or "": every address for one who
 * binds (`passive`), the loopback for one who connects. "localhost" is 127.0.0.1. False
 * with `error` set for a host that is not the program's own.
 */
bool net_resolve(const char *host, int port, bool passive, struct net_address *out,
                 struct net_error *error);

/* "('127.0.0.1', 8888)", as asyncio's messages have it: into `text`, which is returned. */
const char *net_address_repr(const struct net_address *a, char text[static 80]);

/* ---- sockets ---- */

/* A fresh socket of NET_INET or NET_INET6: one reference, or NULL with errno set. */
struct net_socket *net_socket_new(struct net *n, enum net_family family);

/* A connected pair, or a pipe (ends[0] to read). 0, or -1 with errno set. */
int net_pair(struct net *n, struct net_socket *ends[2]);
int net_pipe(struct net *n, struct net_socket *ends[2]);

struct net_socket *net_socket_ref(struct net_socket *s);
void net_socket_unref(struct net_socket *s); /* the last one closes it */

/*
 * Close the descriptor. `l` is the loop that may be watching it (it then stops looking
 * there, as epoll forgets a closed descriptor), or NULL. Harmless twice.
 */
void net_close(struct net_socket *s, struct loop *l);

/*
 * Bind to an address of net_resolve; port 0: the next free one, which s->local then has.
 * -1: `error` has asyncio's words, `error while attempting to bind on address ...`, if
 * `by_server`, else the system's.
 */
int net_bind(struct net_socket *s, const struct net_address *a, bool by_server,
             struct net_error *error);

/* Begin to listen; again: change the backlog. */
int net_listen(struct net_socket *s, int backlog);

/*
 * Take a connection that waits: a new socket with one reference. NULL with errno EAGAIN:
 * none waits. Others: EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED.
 */
struct net_socket *net_accept(struct net_socket *listener);

/*
 * Begin to connect: as over TCP always -1 with EINPROGRESS; when the descriptor can be
 * written to, net_connect_result says how it went. Others: EISCONN, EALREADY, EBADF.
 */
int net_connect(struct net_socket *s, const struct net_address *a);

/* 0, or the errno with which it failed (ECONNREFUSED: nobody listens there). */
int net_connect_result(struct net_socket *s);

/* Open a listening socket: socket, bind, listen. NULL with `error` set. */
struct net_socket *net_listen_on(struct net *n, const char *host, int port, int backlog,
                                 struct net_error *error);

/* TCP_NODELAY, as every stream transport of asyncio sets it. */
void net_no_delay(struct net_socket *s);

/*
 * Move bytes. The count, 0 for the end of the stream, or -1 with errno: EAGAIN,
 * ECONNRESET, EPIPE (never the signal). Pipes too.
 */
ssize_t net_recv(struct net_socket *s, void *room, size_t size);
ssize_t net_send(struct net_socket *s, const void *bytes, size_t size);

/* shutdown(2): SHUT_RD, SHUT_WR, SHUT_RDWR. Bytes that are under way still arrive. */
int net_shutdown(struct net_socket *s, int how);

#endif
