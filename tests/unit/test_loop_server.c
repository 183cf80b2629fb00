/*
 * Servers and the watches of descriptors: accepting, closing, waiting for the end; and
 * what replaces, forgets and reuses a descriptor that is watched.
 */
#include "net_kit.h"

#include <sys/resource.h>

/* ---- a server whose connections are protocols at once ---- */

struct house {
	struct server server;
	size_t refs;
	struct net_kit *n;
	struct conn *conns[4096];
	size_t count;
	size_t ticks[4096]; /* in which each was accepted */
	bool echo;
	bool gone;
};

static struct house *house_of(struct server *s)
{
	return CONTAINER_OF(s, struct house, server);
}

static void house_ref(struct server *s)
{
	house_of(s)->refs++;
}

static void house_unref(struct server *s)
{
	struct house *h = house_of(s);
	if (--h->refs)
		return;
	server_fini(s);
	h->gone = true;
}

static void house_accepted(struct server *s, struct net_socket *connection)
{
	struct house *h = house_of(s);
	h->ticks[h->count] = h->n->kit.writer.tick;
	struct conn *c = conn_new(h->n, 's', TRANSPORT_SOCKET, connection, NULL, s);
	c->echo = h->echo;
	h->conns[h->count++] = c;
}

static const struct server_ops house_ops = {
	.ref = house_ref, .unref = house_unref, .accepted = house_accepted};

static struct house *house_new(struct net_kit *n, int backlog)
{
	struct house *h = mem_zalloc(1, sizeof *h);
	struct net_error e;
	struct net_address a;
	h->refs = 1;
	h->n = n;
	server_init(&h->server, n->kit.loop, &house_ops, backlog);
	struct net_socket *s = net_socket_new(n->net, NET_INET);
	ck_assert(net_resolve("127.0.0.1", 0, true, &a, &e));
	ck_assert_int_eq(net_bind(s, &a, true, &e), 0);
	server_add(&h->server, s);
	net_socket_unref(s);
	return h;
}

static uint16_t house_port(struct house *h)
{
	return server_socket(&h->server, 0)->local.port;
}

static void house_drop_conns(struct house *h)
{
	for (size_t i = 0; i < h->count; i++)
		conn_drop(h->conns[i]);
	h->count = 0;
}

/* Close it, wait for its connections, let everything go. */
static void house_free(struct house *h)
{
	server_close(&h->server);
	server_close_clients(&h->server, true);
	while (h->server.client_count)
		loop_turn(h->n->kit.loop);
	house_drop_conns(h);
	kit_call_soon(&h->n->kit, "");
	loop_turn(h->n->kit.loop);
	house_unref(&h->server);
	ck_assert(h->gone);
	free(h);
}

static struct net_socket *client_to(struct net_kit *n, uint16_t port)
{
	struct net_address a = {.family = NET_INET, .port = port, .host = "127.0.0.1"};
	struct net_socket *c = net_socket_new(n->net, NET_INET);
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(net_connect(c, &a), -1);
	return c;
}

static struct conn *conn_to(struct net_kit *n, uint16_t port)
{
	struct net_socket *c = client_to(n, port);
	wait_ready(c->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(c), 0);
	return conn_new(n, 'c', TRANSPORT_SOCKET, c, NULL, NULL);
}

START_TEST(a_server_accepts_and_its_transports_know_it)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct house *h = house_new(&n, 100);
	ck_assert_uint_eq(server_socket_count(&h->server), 1);
	ck_assert_int_eq(server_start(&h->server), 0);
	ck_assert_int_eq(server_start(&h->server), 0);
	struct conn *c = conn_to(&n, house_port(h));
	turn_until(&n, &c->made);
	while (!h->count)
		loop_turn(n.kit.loop);
	ck_assert_ptr_eq(h->conns[0]->t.server, &h->server);
	ck_assert_uint_eq(h->conns[0]->t.label_port, c->t.socket->local.port);
	ck_assert_uint_eq(h->server.client_count, 1);
	turn_until(&n, &h->conns[0]->made);
	transport_write(&c->t, "hello", 5);
	while (h->conns[0]->got < 5)
		loop_turn(n.kit.loop);
	transport_close(&c->t);
	turn_until(&n, &h->conns[0]->ended);
	ck_assert_uint_eq(h->server.client_count, 0);
	ck_assert_ptr_null(h->conns[0]->t.server);
	conn_drop(c);
	house_free(h);
	net_kit_fini(&n);
}
END_TEST

/* CPython takes as many in one handle as the backlog says, the rest in the next tick. */
START_TEST(a_thousand_connections_are_accepted_a_backlog_a_tick)
{
	enum { MANY = 1000, BACKLOG = 100 };
	struct net_kit n;
	net_kit_init(&n, _i & 2);
	n.quiet = true;
	struct house *h = house_new(&n, BACKLOG);
	server_start(&h->server);
	struct net_socket *clients[MANY];
	for (int i = 0; i < MANY; i++)
		clients[i] = client_to(&n, house_port(h));
	while (h->count < MANY)
		loop_turn(n.kit.loop);
	for (size_t i = 0; i < MANY; i++) {
		ck_assert_uint_eq(h->ticks[i] - h->ticks[0], i / BACKLOG);
		ck_assert_uint_eq(h->conns[i]->t.label_port, clients[i]->local.port);
	}
	for (int i = 0; i < MANY; i++)
		net_socket_unref(clients[i]);
	house_free(h);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_closed_server_keeps_its_connections_and_who_waits_for_them)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct house *h = house_new(&n, 100);
	server_start(&h->server);
	uint16_t port = house_port(h);
	struct conn *c = conn_to(&n, port);
	while (!h->count)
		loop_turn(n.kit.loop);
	turn_until(&n, &h->conns[0]->made);
	struct future *before = server_wait_closed(&h->server);
	ck_assert_ptr_nonnull(before);
	server_close(&h->server);
	server_close(&h->server);
	ck_assert(h->server.closed && !h->server.serving);
	ck_assert_uint_eq(server_socket_count(&h->server), 0);
	ck_assert(!future_done(before));
	struct net_socket *late = client_to(&n, port);
	wait_ready(late->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(late), ECONNREFUSED);
	net_socket_unref(late);
	struct future *after = server_wait_closed(&h->server);
	ck_assert_ptr_nonnull(after);
	transport_write(&c->t, "still", 5);
	while (h->conns[0]->got < 5)
		loop_turn(n.kit.loop);
	server_close_clients(&h->server, false);
	turn_until(&n, &h->conns[0]->ended);
	ck_assert(future_done(before) && future_done(after));
	ck_assert_ptr_null(server_wait_closed(&h->server));
	future_unref(before);
	future_unref(after);
	turn_until(&n, &c->ended);
	conn_drop(c);
	house_free(h);
	net_kit_fini(&n);
}
END_TEST

START_TEST(an_open_server_without_connections_is_waited_for_until_it_closes)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct house *h = house_new(&n, 100);
	server_start(&h->server);
	struct future *f = server_wait_closed(&h->server);
	ck_assert_ptr_nonnull(f);
	ck_assert(!future_done(f));
	server_close(&h->server);
	ck_assert(future_done(f));
	future_unref(f);
	house_free(h);
	net_kit_fini(&n);
}
END_TEST

START_TEST(serving_for_ever_ends_when_the_server_closes)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct house *h = house_new(&n, 100);
	struct future *f, *g;
	ck_assert_int_eq(server_serve_forever(&h->server, &f), SERVE_OK);
	ck_assert(h->server.serving);
	ck_assert_int_eq(server_serve_forever(&h->server, &g), SERVE_TWICE);
	ck_assert_ptr_null(g);
	server_close(&h->server);
	ck_assert(future_cancelled(f));
	server_forever_over(&h->server);
	ck_assert_int_eq(server_serve_forever(&h->server, &g), SERVE_CLOSED);
	future_unref(f);
	house_free(h);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_server_that_nobody_keeps_serves_on)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct house *h = house_new(&n, 100);
	server_start(&h->server);
	uint16_t port = house_port(h);
	house_unref(&h->server);
	ck_assert(!h->gone);
	struct conn *c = conn_to(&n, port);
	while (!h->count)
		loop_turn(n.kit.loop);
	loop_close(n.kit.loop);
	conn_drop(c);
	house_drop_conns(h);
	ck_assert(h->gone);
	free(h);
	net_kit_fini(&n);
}
END_TEST

START_TEST(without_descriptors_a_server_says_so_once_and_tries_again_later)
{
	struct net_kit n;
	net_kit_init(&n, 1 | (_i & 2));
	struct house *h = house_new(&n, 100);
	server_start(&h->server);
	struct net_socket *c = client_to(&n, house_port(h));
	wait_ready(server_socket(&h->server, 0)->fd, POLL_READ);
	/* The limit is on numbers: the one that comes next is just too large. */
	int next = dup(0);
	close(next);
	struct rlimit limit, before;
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)next;
	setrlimit(RLIMIT_NOFILE, &limit);
	turns(&n, 1);
	setrlimit(RLIMIT_NOFILE, &before);
	said(&n, "socket.accept() out of system resource EMFILE()\n");
	ck_assert_uint_eq(h->count, 0);
	/* It waits for a second and nothing else: the poll of this turn takes that. */
	turns(&n, 1);
	ck_assert_int_ge(loop_now_ns(n.kit.loop), INT64_C(900000000));
	while (!h->count)
		loop_turn(n.kit.loop);
	net_socket_unref(c);
	house_free(h);
	net_kit_fini(&n);
}
END_TEST

/* ---- watches ---- */

struct look {
	struct watch watch;
	size_t holds, runs;
};

static void look_run(struct loop *l, struct handle *h)
{
	(void)l;
	CONTAINER_OF(h, struct look, watch.handle)->runs++;
}

static void look_hold(struct handle *h)
{
	CONTAINER_OF(h, struct look, watch.handle)->holds++;
}

static void look_release(struct handle *h)
{
	CONTAINER_OF(h, struct look, watch.handle)->holds--;
}

static const struct handle_ops look_ops = {
	.run = look_run, .hold = look_hold, .release = look_release};

START_TEST(a_second_reader_replaces_the_first_even_in_the_queue)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct loop *l = n.kit.loop;
	struct net_socket *e[2];
	ck_assert_int_eq(net_pair(n.net, e), 0);
	struct look a = {0}, b = {0}, w = {0};
	ck_assert_int_eq(loop_watch(l, &a.watch, e[0]->fd, POLL_READ, &look_ops, "a"), 0);
	ck_assert_ptr_eq(loop_watch_of(l, e[0]->fd, POLL_READ), &a.watch);
	ck_assert_ptr_null(loop_watch_of(l, e[0]->fd, POLL_WRITE));
	ck_assert_uint_eq(a.holds, 1);
	net_send(e[1], "x", 1);
	ck_assert_int_eq(loop_watch(l, &w.watch, e[0]->fd, POLL_WRITE, &look_ops, "w"),
	                 0);
	turns(&n, 1);
	ck_assert_uint_eq(a.runs, 1);
	ck_assert_uint_eq(w.runs, 1);
	ck_assert(loop_unwatch(l, &w.watch));
	ck_assert(!loop_unwatch(l, &w.watch));
	ck_assert_int_eq(loop_watch(l, &b.watch, e[0]->fd, POLL_READ, &look_ops, "b"), 0);
	ck_assert_ptr_null(a.watch.slot);
	ck_assert_uint_eq(a.holds, 0);
	turns(&n, 1);
	ck_assert_uint_eq(a.runs, 1);
	ck_assert_uint_eq(b.runs, 1);
	ck_assert(!loop_unwatch(l, &a.watch));
	ck_assert(loop_unwatch(l, &b.watch));
	ck_assert_uint_eq(b.holds, 0);
	ck_assert_ptr_null(loop_watch_of(l, e[0]->fd, POLL_READ));
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_closed_descriptor_haunts_nobody_and_its_number_is_free)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct loop *l = n.kit.loop;
	struct net_socket *e[2], *f[2];
	net_pair(n.net, e);
	struct look old = {0}, new = {0};
	loop_watch(l, &old.watch, e[0]->fd, POLL_READ, &look_ops, "old");
	net_send(e[1], "x", 1);
	int fd = e[0]->fd;
	net_close(e[0], l);
	net_pair(n.net, f);
	ck_assert_int_eq(f[0]->fd, fd);
	net_send(f[1], "y", 1);
	kit_call_soon(&n.kit, "");
	turns(&n, 1);
	ck_assert_uint_eq(old.runs, 0);
	ck_assert_int_eq(loop_watch(l, &new.watch, fd, POLL_READ, &look_ops, "new"), 0);
	turns(&n, 1);
	ck_assert_uint_eq(new.runs, 1);
	ck_assert_uint_eq(old.runs, 0);
	/* The old one goes without taking the new one along. */
	ck_assert(loop_unwatch(l, &old.watch));
	turns(&n, 1);
	ck_assert_uint_eq(new.runs, 2);
	loop_unwatch(l, &new.watch);
	ck_assert_uint_eq(old.holds + new.holds, 0);
	struct net_socket *all[] = {e[0], e[1], f[0], f[1]};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		net_socket_unref(all[i]);
	net_kit_fini(&n);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop server");
	TCase *t = tcase_create("servers");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_server_accepts_and_its_transports_know_it, 0, WORLDS);
	tcase_add_loop_test(t, a_thousand_connections_are_accepted_a_backlog_a_tick, 1,
	                    3);
	tcase_add_loop_test(t, a_closed_server_keeps_its_connections_and_who_waits_for_them,
	                    0, WORLDS);
	tcase_add_loop_test(
		t, an_open_server_without_connections_is_waited_for_until_it_closes, 0,
		WORLDS);
	tcase_add_loop_test(t, serving_for_ever_ends_when_the_server_closes, 0, WORLDS);
	tcase_add_loop_test(t, a_server_that_nobody_keeps_serves_on, 0, WORLDS);
	tcase_add_loop_test(
		t, without_descriptors_a_server_says_so_once_and_tries_again_later, 1, 3);
	suite_add_tcase(s, t);
	t = tcase_create("watches");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_second_reader_replaces_the_first_even_in_the_queue, 0,
	                    WORLDS);
	tcase_add_loop_test(t, a_closed_descriptor_haunts_nobody_and_its_number_is_free,
	                    0, WORLDS);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
