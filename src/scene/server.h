/*
 * asyncio's Server as an object around the loop's server.
 */
#ifndef SCENE_SERVER_H
#define SCENE_SERVER_H

#include <stdbool.h>

#include "lang/object.h"
#include "loop/server.h"

struct scene;

struct server_object {
	struct object head;
	value dict;
	struct server server; /* its loop is NULL until it was begun */
	value factory;        /* protocol_factory; of start_server: client_connected_cb */
	value limit;          /* of start_server, as it was given; or null */
	bool is_stream;       /* start_server's */
};

/* A new one without sockets; `limit` may be null. */
value server_object_new(struct scene *s, struct loop *l, int backlog, value factory,
                        bool is_stream, value limit);
/* The server in a Server. */
struct server *server_of(value v);
/* Begin to serve. False: the exception is set. */
bool server_object_start(struct vm *vm, value server);

#endif
