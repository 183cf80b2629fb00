/*
 * What the transports alone cost: echo round trips between two protocols in C, on one
 * loop, over TCP on the loopback. No scene, no trace.
 *
 *	echo [CLIENTS [ROUNDS]]
 *
 * Not part of `make`; build it by hand:
 *
 *	cc -O2 -D_GNU_SOURCE -Isrc tests/bench/echo.c build/release/lib{loop,trace,base}.a \
 *		-lm -lpthread
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop/internal.h"
#include "loop/net.h"
#include "loop/server.h"
#include "loop/transport.h"

static const char question[] = "how is the rice?\n";
enum { LENGTH = sizeof question - 1 };

struct bench {
	struct loop_world world;
	struct loop *loop;
	struct net *net;
	struct server server;
	long rounds;
	int clients_left;
};

struct peer {
	struct transport transport;
	struct bench *bench;
	size_t refs;
	long left;      /* rounds; a server's end has none */
	bool is_client;
	size_t got;     /* of the answer */
	char room[65536];
};

static struct peer *peer_of(struct transport *t)
{
	return CONTAINER_OF(t, struct peer, transport);
}

static void peer_ref(struct transport *t)
{
	peer_of(t)->refs++;
}

static void peer_unref(struct transport *t)
{
	if (--peer_of(t)->refs)
		return;
	transport_fini(t);
	free(peer_of(t));
}

static void ask(struct peer *p)
{
	transport_write(&p->transport, question, LENGTH);
}

static void made(struct transport *t)
{
	if (peer_of(t)->is_client)
		ask(peer_of(t));
}

static void *get_buffer(struct transport *t, size_t *room)
{
	*room = sizeof peer_of(t)->room;
	return peer_of(t)->room;
}

static void updated(struct transport *t, size_t count)
{
	struct peer *p = peer_of(t);
	if (!p->is_client) {
		transport_write(t, p->room, count);
		return;
	}
	p->got += count;
	if (p->got < LENGTH)
		return;
	p->got = 0;
	if (--p->left)
		ask(p);
	else
		transport_close(t);
}

static bool eof(struct transport *t)
{
	(void)t;
	return false;
}

static void lost(struct transport *t, struct datum error)
{
	(void)error;
	struct peer *p = peer_of(t);
	if (p->is_client && --p->bench->clients_left == 0)
		loop_stop(p->bench->loop);
}

static const struct transport_ops peer_ops = {
	.ref = peer_ref,
	.unref = peer_unref,
	.connection_made = made,
	.get_buffer = get_buffer,
	.buffer_updated = updated,
	.eof_received = eof,
	.connection_lost = lost,
	.protocol_name = "Peer",
};

static void peer_new(struct bench *b, struct net_socket *s, bool is_client,
                     struct server *server)
{
	struct peer *p = mem_zalloc(1, sizeof *p);
	p->refs = 1;
	p->bench = b;
	p->is_client = is_client;
	p->left = b->rounds;
	transport_init(&p->transport, TRANSPORT_SOCKET, b->loop, s, &peer_ops, NULL,
	               server);
	net_socket_unref(s);
	peer_unref(&p->transport);
}

static void server_keep(struct server *s)
{
	(void)s;
}

static void accepted(struct server *s, struct net_socket *connection)
{
	peer_new(CONTAINER_OF(s, struct bench, server), connection, false, s);
}

static const struct server_ops server_ops = {
	.ref = server_keep, .unref = server_keep, .accepted = accepted};

static void nothing(void *context, struct datum d)
{
	(void)context;
	(void)d;
}

static struct datum no_error(void *context, int number, const char *text)
{
	(void)context;
	fprintf(stderr, "echo: %s\n", text ? text : strerror(number));
	return DATUM_NONE;
}

static const struct loop_client client = {
	.ref = nothing, .unref = nothing, .os_error = no_error};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	int clients = argc > 1 ? atoi(argv[1]) : 1;
	long rounds = argc > 2 ? atol(argv[2]) : 200000;
	struct bench b = {.rounds = rounds / clients, .clients_left = clients};
	struct net_error e;
	loop_world_init(&b.world, &client, &b, NULL, true);
	b.loop = loop_new(&b.world, POLL_BACKEND_EPOLL);
	b.net = net_new(true);
	struct net_socket *l = net_listen_on(b.net, "127.0.0.1", 0, 4096, &e);
	if (!l)
		die("cannot listen");
	server_init(&b.server, b.loop, &server_ops, 4096);
	server_add(&b.server, l);
	server_start(&b.server);
	for (int i = 0; i < clients; i++) {
		struct net_socket *s = net_socket_new(b.net, NET_INET);
		if (!s || (net_connect(s, &l->local) < 0 && errno != EINPROGRESS) ||
		    net_connect_result(s))
			die("cannot connect");
		peer_new(&b, s, true, NULL);
	}
	struct datum error;
	double begun = seconds();
	loop_run_forever(b.loop, &error);
	double took = seconds() - begun;
	printf("%d clients: %.0f round trips a second\n", clients,
	       (double)(b.rounds * clients) / took);
	server_close(&b.server);
	loop_close(b.loop);
	server_fini(&b.server);
	loop_unref(b.loop);
	net_socket_unref(l);
	net_free(b.net);
	loop_world_fini(&b.world);
	return 0;
}
