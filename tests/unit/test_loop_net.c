/*
 * The sockets of a program, without a loop: addresses, who may listen and connect where,
 * how bytes and ends travel. Everything twice: over TCP and under the virtual clock.
 */
#include "net_kit.h"

#include <pthread.h>

enum { CLOCKS = 2 };

static struct net_error resolve_error(const char *host, int port, bool passive)
{
	struct net_address a;
	struct net_error e = {0};
	ck_assert(!net_resolve(host, port, passive, &a, &e));
	return e;
}

static const char *resolved(const char *host, int port, bool passive)
{
	static char text[80];
	struct net_address a;
	struct net_error e;
	ck_assert(net_resolve(host, port, passive, &a, &e));
	return net_address_repr(&a, text);
}

START_TEST(a_program_knows_no_address_but_its_own)
{
	ck_assert_str_eq(resolved("localhost", 80, false), "('127.0.0.1', 80)");
	ck_assert_str_eq(resolved(NULL, 80, true), "('0.0.0.0', 80)");
	ck_assert_str_eq(resolved("", 80, true), "('0.0.0.0', 80)");
	ck_assert_str_eq(resolved("0.0.0.0", 80, true), "('0.0.0.0', 80)");
	ck_assert_str_eq(resolved(NULL, 80, false), "('127.0.0.1', 80)");
	ck_assert_str_eq(resolved("127.0.0.7", 80, false), "('127.0.0.7', 80)");
	ck_assert_str_eq(resolved("::1", 80, false), "('::1', 80, 0, 0)");
	ck_assert_str_eq(resolved("::", 80, true), "('::', 80, 0, 0)");
	struct net_error e = resolve_error("example.com", 80, false);
	ck_assert_int_eq(e.number, ENETUNREACH);
	ck_assert_str_eq(e.text, "a scene reaches nothing but itself, on 127.0.0.1: "
	                         "there is no 'example.com'");
	ck_assert_int_eq(resolve_error("192.168.1.1", 80, true).number, EADDRNOTAVAIL);
	ck_assert_int_eq(resolve_error("169.254.169.254", 80, false).number, ENETUNREACH);
	ck_assert_int_eq(resolve_error("::ffff:8.8.8.8", 80, false).number, ENETUNREACH);
	ck_assert_int_eq(resolve_error("127.0.0.1", 65536, false).number, ERANGE);
	ck_assert_int_eq(resolve_error("127.0.0.1", -1, false).number, ERANGE);
}
END_TEST

START_TEST(ports_that_nobody_asked_for_are_counted_from_50001)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_socket *l = listener(&n, 0), *taken = listener(&n, 50003);
	ck_assert_uint_eq(l->local.port, 50001);
	struct net_socket *c[2];
	for (int i = 0; i < 2; i++) {
		c[i] = net_socket_new(n.net, NET_INET);
		net_connect(c[i], &l->local);
	}
	ck_assert_uint_eq(c[0]->local.port, 50002);
	ck_assert_uint_eq(c[1]->local.port, 50004);
	struct net_socket *s = net_accept(l);
	ck_assert_uint_eq(s->peer.port, 50002);
	ck_assert_uint_eq(s->local.port, 50001);
	ck_assert_str_eq(s->peer.host, "127.0.0.1");
	struct net_socket *all[] = {l, taken, c[0], c[1], s};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		net_socket_unref(all[i]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(an_address_can_be_had_once)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *l = listener(&n, 0);
	struct net_error e;
	ck_assert_ptr_null(net_listen_on(n.net, "127.0.0.1", l->local.port, 1, &e));
	ck_assert_int_eq(e.number, EADDRINUSE);
	char where[80], text[200];
	snprintf(text, sizeof text,
	         "error while attempting to bind on address %s: "
	         "[errno 98] address already in use",
	         net_address_repr(&l->local, where));
	ck_assert_str_eq(e.text, text);
	ck_assert_ptr_null(net_listen_on(n.net, NULL, l->local.port, 1, &e));
	uint16_t port = l->local.port;
	net_close(l, NULL);
	net_socket_unref(l);
	l = net_listen_on(n.net, "127.0.0.1", port, 1, &e);
	ck_assert_ptr_nonnull(l);
	net_socket_unref(l);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_server_for_every_address_shows_it_and_is_found_on_the_loopback)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_error e;
	struct net_socket *l = net_listen_on(n.net, NULL, 0, 5, &e);
	ck_assert_ptr_nonnull(l);
	ck_assert_str_eq(l->local.host, "0.0.0.0");
	struct net_address a;
	ck_assert(net_resolve("localhost", l->local.port, false, &a, &e));
	struct net_socket *c = net_socket_new(n.net, NET_INET);
	net_connect(c, &a);
	wait_ready(c->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(c), 0);
	wait_ready(l->fd, POLL_READ);
	struct net_socket *s = net_accept(l);
	ck_assert_str_eq(s->local.host, "127.0.0.1");
	ck_assert_uint_eq(s->local.port, l->local.port);
	ck_assert_uint_eq(s->peer.port, c->local.port);
	ck_assert_str_eq(c->peer.host, "127.0.0.1");
	ck_assert(s->accepted && !c->accepted && s->has_peer && c->has_peer);
	net_socket_unref(l);
	net_socket_unref(c);
	net_socket_unref(s);
	net_kit_fini(&n);
}
END_TEST

START_TEST(the_loopback_of_ipv6_serves_as_well)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_error e;
	struct net_socket *l = net_listen_on(n.net, "::1", 7777, 5, &e);
	ck_assert_ptr_nonnull(l);
	struct net_socket *c = net_socket_new(n.net, NET_INET6);
	net_connect(c, &l->local);
	ck_assert_int_eq(net_connect_result(c), 0);
	struct net_address four = {.family = NET_INET, .port = 7777, .host = "127.0.0.1"};
	struct net_socket *d = net_socket_new(n.net, NET_INET);
	net_connect(d, &four);
	ck_assert_int_eq(net_connect_result(d), ECONNREFUSED);
	net_socket_unref(l);
	net_socket_unref(c);
	net_socket_unref(d);
	net_kit_fini(&n);
}
END_TEST

/* A listener of the machine that is not the program's own. */
static int stranger(uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in a = {.sin_family = AF_INET,
	                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof a;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	getsockname(fd, (struct sockaddr *)&a, &length);
	*port = ntohs(a.sin_port);
	return fd;
}

START_TEST(only_the_programs_own_servers_can_be_reached)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	uint16_t port;
	int fd = stranger(&port);
	struct net_address a = {.family = NET_INET, .port = port, .host = "127.0.0.1"};
	struct net_socket *c = net_socket_new(n.net, NET_INET);
	ck_assert_int_eq(net_connect(c, &a), -1);
	ck_assert_int_eq(errno, EINPROGRESS);
	wait_ready(c->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(c), ECONNREFUSED);
	ck_assert_int_eq(net_send(c, "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(net_recv(c, &a, 1), -1);
	ck_assert_int_eq(errno, ENOTCONN);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	ck_assert_int_eq(accept(fd, NULL, NULL), -1);
	close(fd);
	net_socket_unref(c);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_closed_listener_refuses_and_resets_those_who_wait)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *l = listener(&n, 0);
	struct net_address a = l->local;
	struct net_socket *waits = net_socket_new(n.net, NET_INET);
	net_connect(waits, &a);
	wait_ready(waits->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(waits), 0);
	net_close(l, NULL);
	struct net_socket *late = net_socket_new(n.net, NET_INET);
	net_connect(late, &a);
	wait_ready(late->fd, POLL_WRITE);
	ck_assert_int_eq(net_connect_result(late), ECONNREFUSED);
	char byte;
	wait_ready(waits->fd, POLL_READ);
	ck_assert_int_eq(net_recv(waits, &byte, 1), -1);
	ck_assert_int_eq(errno, ECONNRESET);
	net_socket_unref(l);
	net_socket_unref(waits);
	net_socket_unref(late);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_thousand_connections_wait_to_be_accepted)
{
	enum { MANY = 1000 };
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_socket *l = listener(&n, 0), *c[MANY], *s[MANY];
	for (int i = 0; i < MANY; i++) {
		c[i] = net_socket_new(n.net, NET_INET);
		ck_assert_ptr_nonnull(c[i]);
		net_connect(c[i], &l->local);
	}
	for (int i = 0; i < MANY; i++) {
		wait_ready(l->fd, POLL_READ);
		s[i] = net_accept(l);
		ck_assert_uint_eq(s[i]->peer.port, c[i]->local.port);
	}
	ck_assert_ptr_null(net_accept(l));
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_uint_eq(net_open_count(n.net), 2 * MANY + 1);
	for (int i = 0; i < MANY; i++) {
		net_socket_unref(c[i]);
		net_socket_unref(s[i]);
	}
	net_socket_unref(l);
	net_kit_fini(&n);
}
END_TEST

/* ---- bytes ---- */

START_TEST(bytes_travel_both_ways_and_an_end_ends_one_of_them)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	connected(&n, e);
	char text[16];
	ck_assert_int_eq(net_recv(e[0], text, sizeof text), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(net_recv(e[0], text, 0), 0);
	ck_assert_int_eq(net_send(e[0], "rice", 4), 4);
	wait_ready(e[1]->fd, POLL_READ);
	ck_assert_int_eq(net_recv(e[1], text, sizeof text), 4);
	ck_assert_int_eq(memcmp(text, "rice", 4), 0);
	ck_assert_int_eq(net_send(e[0], "!", 1), 1);
	ck_assert_int_eq(net_shutdown(e[0], SHUT_WR), 0);
	ck_assert_int_eq(net_send(e[0], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	wait_ready(e[1]->fd, POLL_READ);
	ck_assert_int_eq(net_recv(e[1], text, sizeof text), 1);
	wait_ready(e[1]->fd, POLL_READ);
	ck_assert_int_eq(net_recv(e[1], text, sizeof text), 0);
	ck_assert_int_eq(net_send(e[1], "curry", 5), 5);
	wait_ready(e[0]->fd, POLL_READ);
	ck_assert_int_eq(net_recv(e[0], text, sizeof text), 5);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(the_first_write_to_one_who_has_gone_is_lost_in_silence)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	char text[8];
	connected(&n, e);
	ck_assert_int_eq(net_send(e[1], "bye", 3), 3);
	net_close(e[1], NULL);
	wait_ready(e[0]->fd, POLL_READ);
	ck_assert_int_eq(net_send(e[0], "x", 1), 1);
	ck_assert_int_eq(net_send(e[0], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_int_eq(net_recv(e[0], text, sizeof text), 3);
	ck_assert_int_eq(net_recv(e[0], text, sizeof text), 0);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(who_leaves_without_reading_resets_the_connection)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	for (int send_first = 0; send_first < 2; send_first++) {
		struct net_socket *e[2];
		char text[8];
		connected(&n, e);
		ck_assert_int_eq(net_send(e[0], "unread", 6), 6);
		wait_ready(e[1]->fd, POLL_READ);
		ck_assert_int_eq(net_send(e[1], "bye", 3), 3);
		net_close(e[1], NULL);
		wait_ready(e[0]->fd, POLL_READ);
		if (send_first) {
			ck_assert_int_eq(net_send(e[0], "x", 1), -1);
			ck_assert_int_eq(errno, ECONNRESET);
		}
		ck_assert_int_eq(net_recv(e[0], text, sizeof text), 3);
		if (!send_first) {
			ck_assert_int_eq(net_recv(e[0], text, sizeof text), -1);
			ck_assert_int_eq(errno, ECONNRESET);
		}
		ck_assert_int_eq(net_recv(e[0], text, sizeof text), 0);
		ck_assert_int_eq(net_send(e[0], "x", 1), -1);
		ck_assert_int_eq(errno, EPIPE);
		net_socket_unref(e[0]);
		net_socket_unref(e[1]);
	}
	net_kit_fini(&n);
}
END_TEST

/* Byte `i` of a long message. */
static char byte_at(size_t i)
{
	return (char)(i * 7 + i / 253);
}

static char *message(size_t size)
{
	char *m = mem_alloc(size);
	for (size_t i = 0; i < size; i++)
		m[i] = byte_at(i);
	return m;
}

START_TEST(a_virtual_connection_takes_so_much_and_gives_it_all)
{
	enum { FLOW_MAX = 2560 * 1024, PIECE = 256 * 1024 };
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_socket *e[2];
	connected(&n, e);
	char *out = message(FLOW_MAX + 1), *in = mem_alloc(PIECE);
	ck_assert_int_eq(net_send(e[0], out, FLOW_MAX + 1), FLOW_MAX);
	ck_assert_int_eq(net_send(e[0], "x", 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	/* Its end comes after all that is under way, even if it is closed. */
	if (_i == 0)
		ck_assert_int_eq(net_shutdown(e[0], SHUT_WR), 0);
	else
		net_close(e[0], NULL);
	for (size_t at = 0; at < FLOW_MAX; at += PIECE) {
		wait_ready(e[1]->fd, POLL_READ);
		ck_assert_int_eq(net_recv(e[1], in, PIECE), PIECE);
		ck_assert_int_eq(memcmp(in, out + at, PIECE), 0);
	}
	wait_ready(e[1]->fd, POLL_READ);
	ck_assert_int_eq(net_recv(e[1], in, PIECE), 0);
	free(out);
	free(in);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

/* Many small pieces fill the kernel's buffer long before they are many bytes. */
START_TEST(ten_thousand_small_writes_are_taken_and_arrive_in_order)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_socket *e[2];
	connected(&n, e);
	for (size_t i = 0; i < 10000; i++) {
		char byte = byte_at(i);
		ck_assert_int_eq(net_send(e[0], &byte, 1), 1);
	}
	char in[999];
	size_t got = 0;
	while (got < 10000) {
		ssize_t c = net_recv(e[1], in, sizeof in);
		ck_assert_uint_eq((size_t)c, 10000 - got < sizeof in ? 10000 - got : sizeof in);
		for (ssize_t i = 0; i < c; i++)
			ck_assert_int_eq(in[i], byte_at(got + (size_t)i));
		got += (size_t)c;
	}
	ck_assert_int_eq(net_recv(e[1], in, sizeof in), -1);
	wait_ready(e[0]->fd, POLL_WRITE);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(writes_and_reads_of_all_sizes_keep_every_byte)
{
	enum { TOTAL = 3000000 };
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2];
	connected(&n, e);
	size_t sent = 0, got = 0;
	uint32_t random = 1;
	char *in = mem_alloc(300000), *out = message(TOTAL);
	while (got < TOTAL) {
		random = random * 1664525 + 1013904223;
		size_t piece = 1 + random % (random & 64 ? 300000 : 30);
		if (random >> 31 && sent < TOTAL) {
			if (piece > TOTAL - sent)
				piece = TOTAL - sent;
			ssize_t c = net_send(e[0], out + sent, piece);
			sent += c > 0 ? (size_t)c : 0;
			continue;
		}
		ssize_t c = net_recv(e[1], in, piece);
		if (c < 0)
			continue;
		ck_assert_int_eq(memcmp(in, out + got, (size_t)c), 0);
		got += (size_t)c;
	}
	free(in);
	free(out);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(a_pipe_has_two_ends_and_raises_no_signal)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_socket *e[2];
	char byte;
	ck_assert_int_eq(net_pipe(n.net, e), 0);
	ck_assert_int_eq(net_send(e[1], "x", 1), 1);
	ck_assert_int_eq(net_recv(e[0], &byte, 1), 1);
	ck_assert_int_eq(net_recv(e[0], &byte, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	net_close(e[0], NULL);
	ck_assert_int_eq(net_send(e[1], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	ck_assert_int_eq(net_pair(n.net, e), 0);
	net_close(e[0], NULL);
	ck_assert_int_eq(net_send(e[1], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	net_socket_unref(e[0]);
	net_socket_unref(e[1]);
	net_kit_fini(&n);
}
END_TEST

START_TEST(the_table_knows_the_programs_descriptors_and_no_others)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *s = net_socket_new(n.net, NET_INET);
	int fd = s->fd;
	ck_assert_ptr_eq(net_find(n.net, fd), s);
	for (int other = 0; other < 3; other++)
		ck_assert_ptr_null(net_find(n.net, other));
	ck_assert_ptr_null(net_find(n.net, -1));
	ck_assert_ptr_null(net_find(n.net, 1 << 20));
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
	net_close(s, NULL);
	net_close(s, NULL);
	ck_assert_ptr_null(net_find(n.net, fd));
	ck_assert_int_eq(net_recv(s, &fd, 1), -1);
	ck_assert_int_eq(errno, EBADF);
	ck_assert_int_eq(net_listen(s, 1), -1);
	ck_assert_ptr_null(net_accept(s));
	net_socket_unref(s);
	net_kit_fini(&n);
}
END_TEST

START_TEST(what_is_open_at_the_end_is_closed_with_the_table)
{
	struct net_kit n;
	net_kit_init(&n, _i);
	struct net_socket *e[2], *l = listener(&n, 0), *c;
	connected(&n, e);
	c = net_socket_new(n.net, NET_INET);
	net_connect(c, &l->local);
	struct net *net = n.net;
	n.net = net_new(false);
	net_free(net);
	ck_assert_int_eq(e[0]->fd, -1);
	struct net_socket *all[] = {e[0], e[1], l, c};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		net_socket_unref(all[i]);
	net_kit_fini(&n);
}
END_TEST

/* Each thread its own sockets, one table. */
static void *chatter(void *arg)
{
	struct net *net = arg;
	struct net_error error;
	for (int i = 0; i < 50; i++) {
		struct net_socket *l = net_listen_on(net, "127.0.0.1", 0, 5, &error);
		struct net_socket *c = net_socket_new(net, NET_INET);
		net_connect(c, &l->local);
		struct net_socket *s = net_accept(l);
		char byte = 0;
		if (net_send(c, "x", 1) != 1 || net_recv(s, &byte, 1) != 1)
			abort();
		net_find(net, c->fd);
		net_socket_unref(s);
		net_socket_unref(c);
		net_socket_unref(l);
	}
	return NULL;
}

START_TEST(several_threads_share_one_table)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	pthread_t threads[4];
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_create(&threads[i], NULL, chatter, n.net);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	net_kit_fini(&n);
}
END_TEST

struct third {
	struct net *net;
	struct loop_world world;
	uint16_t port;
};

static void *open_as_third(void *arg)
{
	struct third *t = arg;
	struct net_error e;
	net_enter(t->net, &t->world, 3);
	struct net_socket *l = net_listen_on(t->net, NULL, 0, 5, &e);
	t->port = l->local.port;
	net_leave(t->net);
	net_socket_unref(l);
	return NULL;
}

START_TEST(each_thread_counts_ports_of_its_own)
{
	struct net_kit n;
	net_kit_init(&n, 0);
	struct net_socket *l = listener(&n, 0);
	struct third third = {.net = n.net};
	pthread_t thread;
	pthread_create(&thread, NULL, open_as_third, &third);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(third.port, 51501);
	ck_assert_uint_eq(l->local.port, 50001);
	net_socket_unref(l);
	net_kit_fini(&n);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop net");
	TCase *t = tcase_create("addresses");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_program_knows_no_address_but_its_own);
	tcase_add_test(t, ports_that_nobody_asked_for_are_counted_from_50001);
	tcase_add_loop_test(t, an_address_can_be_had_once, 0, CLOCKS);
	tcase_add_loop_test(
		t, a_server_for_every_address_shows_it_and_is_found_on_the_loopback, 0,
		CLOCKS);
	tcase_add_test(t, the_loopback_of_ipv6_serves_as_well);
	tcase_add_loop_test(t, only_the_programs_own_servers_can_be_reached, 0, CLOCKS);
	tcase_add_loop_test(t, a_closed_listener_refuses_and_resets_those_who_wait, 0,
	                    CLOCKS);
	tcase_add_test(t, a_thousand_connections_wait_to_be_accepted);
	suite_add_tcase(s, t);
	t = tcase_create("bytes");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, bytes_travel_both_ways_and_an_end_ends_one_of_them, 0,
	                    CLOCKS);
	tcase_add_loop_test(t, the_first_write_to_one_who_has_gone_is_lost_in_silence, 0,
	                    CLOCKS);
	tcase_add_loop_test(t, who_leaves_without_reading_resets_the_connection, 0,
	                    CLOCKS);
	tcase_add_loop_test(t, a_virtual_connection_takes_so_much_and_gives_it_all, 0, 2);
	tcase_add_test(t, ten_thousand_small_writes_are_taken_and_arrive_in_order);
	tcase_add_loop_test(t, writes_and_reads_of_all_sizes_keep_every_byte, 0, CLOCKS);
	tcase_add_test(t, a_pipe_has_two_ends_and_raises_no_signal);
	tcase_add_loop_test(t, the_table_knows_the_programs_descriptors_and_no_others, 0,
	                    CLOCKS);
	tcase_add_loop_test(t, what_is_open_at_the_end_is_closed_with_the_table, 0,
	                    CLOCKS);
	tcase_add_test(t, several_threads_share_one_table);
	tcase_add_test(t, each_thread_counts_ports_of_its_own);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
