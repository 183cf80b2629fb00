/*
 * Sockets as values: addresses, errors, and the two objects around a net_socket: what the
 * module socket makes, and what a transport or server shows of its own.
 */
#ifndef SCENE_NET_OBJECT_H
#define SCENE_NET_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "lang/object.h"
#include "loop/net.h"

struct buf;
struct scene;

/* ---- net_object.c ---- */

/* The sockets of the program that the scene is part of. */
struct net *scene_net(struct scene *s);

/* (host, port), as sockets of that family show it; '' for one without. New. */
value net_address_value(struct vm *vm, const struct net_socket *s,
                        const struct net_address *a);
/*
 * The address that a scene gave, a tuple (host, port), for a socket of `family`.
 * `passive`: for one who binds. False: the exception is set.
 */
bool net_address_argument(struct vm *vm, enum net_family family, value address,
                          bool passive, struct net_address *out);

/*
 * Raise an OSError, or the subclass that goes with `number`; `text` NULL or "": in the
 * system's words. Always null.
 */
value raise_os_error(struct vm *vm, int number, const char *text);
/* The same from a net_error. */
value raise_net_error(struct vm *vm, const struct net_error *e);
/* The error itself: a new reference. */
value os_error_new(struct vm *vm, int number, const char *text);

/* What asyncio shows of a socket that is a transport's or server's. */
value transport_socket_new(struct vm *vm, struct net_socket *socket);

/* `fd=7, family=2, type=1, proto=6, laddr=(...)`: what both kinds of object show. */
void put_socket(struct buf *out, const struct net_socket *socket, int proto);
/* AF_INET and its like, as a number. */
int net_family_number(const struct net_socket *socket);

/* ---- socket.c ---- */

extern const struct type socket_type;

/* The object of the module socket, blocking at first: takes the reference on `socket`. */
value socket_object_new(struct vm *vm, struct net_socket *socket);
/* The socket in a socket object, borrowed; NULL with TypeError when it is none. */
struct net_socket *socket_of(struct vm *vm, value v);
/* Whether its calls wait; and setblocking(False). */
bool socket_blocks(value v);
void socket_set_nonblocking(value v);
/* bind() to the address that a scene gave. False: the exception is set. */
bool socket_bind_value(struct vm *vm, struct net_socket *socket, value address);
/* connect() of a socket that may wait. False: the exception is set. */
bool socket_connect_now(struct vm *vm, value socket, const struct net_address *address);

/*
 * Wait until the descriptor can be read (`write`: written to), at most `seconds`
 * (negative: for ever), while nothing else of this thread runs. `what` is the call, for
 * errors. False: the exception is set, TimeoutError if the time is over.
 */
bool descriptor_wait(struct vm *vm, struct net_socket *socket, bool write, double seconds,
                     const char *what);

/* ---- os.c, pipe_file.c ---- */

/* os.close(). */
void descriptor_close(struct vm *vm, struct net_socket *socket);
extern const struct type pipe_file_type;
/* os.fdopen(fd, mode). */
value pipe_file_new(struct vm *vm, struct net_socket *socket, const char *mode);

#endif
