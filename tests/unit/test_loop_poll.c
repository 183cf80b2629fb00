/*
 * Both pollers, watches on descriptors, and other threads that wake the loop.
 */
#include "loop_kit.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

static const enum poll_backend backends[] = {POLL_BACKEND_EPOLL, POLL_BACKEND_POLL};

/* ---- the pollers themselves ---- */

START_TEST(epoll_gives_the_order_of_events_and_poll_that_of_registration)
{
	const struct poll_ops *ops = poll_ops_of(backends[_i]);
	struct poller *p = ops->make();
	struct poll_entry entries[8], **ready;
	int ends[8][2];
	for (int i = 0; i < 8; i++) {
		ck_assert_int_eq(pipe(ends[i]), 0);
		entries[i] = (struct poll_entry){.fd = ends[i][0], .wanted = POLL_READ};
		ck_assert_int_eq(ops->watch(p, &entries[i]), 0);
	}
	ck_assert_int_eq(ops->wait(p, 0, &ready), 0);
	static const int order[] = {5, 1, 7, 3};
	for (size_t i = 0; i < COUNT_OF(order); i++)
		ck_assert_int_eq(write(ends[order[i]][1], "x", 1), 1);
	ck_assert_int_eq(ops->wait(p, -1, &ready), 4);
	static const int sorted[] = {1, 3, 5, 7};
	for (int i = 0; i < 4; i++)
		ck_assert_ptr_eq(ready[i], &entries[_i ? sorted[i] : order[i]]);
	ck_assert_uint_eq(ready[0]->seen, POLL_READ);
	entries[3].wanted = 0;
	ck_assert_int_eq(ops->watch(p, &entries[3]), 0);
	close(ends[5][1]);
	ck_assert_int_eq(ops->wait(p, 1000000, &ready), 3);
	for (int i = 0; i < 8; i++) {
		close(ends[i][0]);
		if (i != 5)
			close(ends[i][1]);
	}
	ops->free(p);
}
END_TEST

/* What is not read to its end keeps its place before what comes later, as in CPython. */
START_TEST(unread_descriptors_come_again_before_new_ones)
{
	const struct poll_ops *ops = &poll_epoll_ops;
	struct poller *p = ops->make();
	struct poll_entry entries[3], **ready;
	int ends[3][2];
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(pipe(ends[i]), 0);
		entries[i] = (struct poll_entry){.fd = ends[i][0], .wanted = POLL_READ};
		ops->watch(p, &entries[i]);
	}
	ck_assert_int_eq(write(ends[2][1], "x", 1), 1);
	ck_assert_int_eq(ops->wait(p, 0, &ready), 1);
	ck_assert_int_eq(write(ends[0][1], "x", 1), 1);
	ck_assert_int_eq(ops->wait(p, 0, &ready), 2);
	ck_assert_ptr_eq(ready[0], &entries[2]);
	ck_assert_ptr_eq(ready[1], &entries[0]);
	for (int i = 0; i < 3; i++) {
		close(ends[i][0]);
		close(ends[i][1]);
	}
	ops->free(p);
}
END_TEST

START_TEST(a_closed_descriptor_is_never_reported_and_its_number_can_be_watched_anew)
{
	const struct poll_ops *ops = poll_ops_of(backends[_i]);
	struct poller *p = ops->make();
	struct poll_entry **ready;
	int ends[2], again[2];
	ck_assert_int_eq(pipe(ends), 0);
	struct poll_entry e = {.fd = ends[0], .wanted = POLL_READ};
	ck_assert_int_eq(ops->watch(p, &e), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	close(ends[0]);
	ck_assert_int_eq(ops->wait(p, 0, &ready), 0);
	ck_assert_int_eq(pipe(again), 0);
	ck_assert_int_eq(again[0], ends[0]);
	ck_assert_int_eq(write(again[1], "x", 1), 1);
	ck_assert_int_eq(ops->wait(p, 0, &ready), 0);
	ck_assert_int_eq(ops->watch(p, &e), 0);
	ck_assert_int_eq(ops->wait(p, 0, &ready), 1);
	e.wanted = 0;
	ck_assert_int_eq(ops->watch(p, &e), 0);
	ck_assert_int_eq(ops->wait(p, 0, &ready), 0);
	close(again[0]);
	close(again[1]);
	close(ends[1]);
	ops->free(p);
}
END_TEST

START_TEST(a_closed_peer_counts_as_ready)
{
	const struct poll_ops *ops = poll_ops_of(backends[_i]);
	struct poller *p = ops->make();
	struct poll_entry **ready;
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	struct poll_entry e = {.fd = ends[0], .wanted = POLL_READ};
	ops->watch(p, &e);
	close(ends[1]);
	ck_assert_int_eq(ops->wait(p, -1, &ready), 1);
	ck_assert_uint_eq(e.seen, POLL_READ);
	close(ends[0]);
	ops->free(p);
}
END_TEST

/* ---- watches ---- */

struct reader {
	struct watch watch;
	struct kit *kit;
	int fd, left;
};

static void reader_run(struct loop *l, struct handle *h)
{
	struct reader *r = CONTAINER_OF(h, struct reader, watch.handle);
	char byte;
	ck_assert_int_eq(read(r->fd, &byte, 1), 1);
	buf_putc(&r->kit->log, byte);
	if (--r->left == 0) {
		loop_unwatch(l, &r->watch);
		loop_stop(l);
	}
}

static void reader_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "reader");
}

static const struct handle_ops reader_ops = {.run = reader_run, .name = reader_name};

START_TEST(a_watch_runs_each_tick_in_which_its_descriptor_is_ready)
{
	for (int real = 0; real < 2; real++) {
		struct kit k;
		kit_init_as(&k, true, real, backends[_i]);
		int ends[2];
		ck_assert_int_eq(pipe(ends), 0);
		ck_assert_int_eq(write(ends[1], "abc", 3), 3);
		struct reader r = {.kit = &k, .fd = ends[0], .left = 3};
		ck_assert_int_eq(loop_watch(k.loop, &r.watch, ends[0], POLL_READ,
		                            &reader_ops, "the pipe"),
		                 0);
		struct datum d;
		ck_assert_int_eq(loop_run_forever(k.loop, &d), RUN_DONE);
		ck_log(&k, "abc");
		ck_assert_uint_eq(k.writer.tick, 3);
		ck_assert_uint_eq(kit_count(&k, EV_IO_AWAITED), 1);
		ck_assert_uint_eq(kit_count(&k, EV_IO_READY), 3);
		ck_assert_uint_eq(kit_count(&k, EV_IO_DROPPED), 1);
		loop_unwatch(k.loop, &r.watch);
		close(ends[0]);
		close(ends[1]);
		kit_fini(&k);
	}
}
END_TEST

static void write_later(struct kit *k, struct future *f)
{
	(void)f;
	const int *ends = k->user;
	ck_assert_int_eq(write(ends[1], "z", 1), 1);
}

START_TEST(the_virtual_clock_jumps_while_a_descriptor_is_silent)
{
	struct kit k;
	kit_init_as(&k, true, false, backends[_i]);
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	k.user = ends;
	struct reader r = {.kit = &k, .fd = ends[0], .left = 1};
	loop_watch(k.loop, &r.watch, ends[0], POLL_READ, &reader_ops, "the pipe");
	((struct kit_callback *)(void *)kit_call_later(&k, 3600, "writes"))->function =
		write_later;
	struct datum d;
	loop_run_forever(k.loop, &d);
	ck_log(&k, "z");
	ck_assert_int_eq(k.world.clock.now_ns, INT64_C(3600000000000));
	close(ends[0]);
	close(ends[1]);
	kit_fini(&k);
}
END_TEST

/* Both ends are the program's: if nothing is due, nobody will ever write. */
START_TEST(waiting_for_a_silent_descriptor_alone_is_a_deadlock_of_the_virtual_clock)
{
	struct kit k;
	kit_init_as(&k, true, false, backends[_i]);
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	struct reader r = {.kit = &k, .fd = ends[0], .left = 1};
	loop_watch(k.loop, &r.watch, ends[0], POLL_READ, &reader_ops, "the pipe");
	struct datum d;
	ck_assert_int_eq(loop_run_forever(k.loop, &d), RUN_DEADLOCK);
	ck_assert_uint_eq(kit_count(&k, EV_DEADLOCK), 1);
	close(ends[0]);
	close(ends[1]);
	kit_fini(&k);
}
END_TEST

START_TEST(a_bad_descriptor_is_refused)
{
	struct kit k;
	kit_init_as(&k, true, false, POLL_BACKEND_EPOLL);
	struct reader r = {.kit = &k};
	ck_assert_int_lt(loop_watch(k.loop, &r.watch, 12345, POLL_READ, &reader_ops, "x"),
	                 0);
	ck_assert_int_lt(loop_watch(k.loop, &r.watch, -1, POLL_READ, &reader_ops, "x"), 0);
	loop_unwatch(k.loop, &r.watch);
	kit_fini(&k);
}
END_TEST

/* ---- other threads ---- */

enum { MESSAGES = 2000, SENDERS = 3 };

/* A message of another thread: the loop frees it after its run. */
struct message {
	struct handle handle;
	struct kit *kit;
	int sender, number;
};

struct counts {
	int next[SENDERS], total;
	bool in_order;
};

static void message_run(struct loop *l, struct handle *h)
{
	struct message *m = CONTAINER_OF(h, struct message, handle);
	struct counts *counts = m->kit->user;
	if (counts->next[m->sender]++ != m->number)
		counts->in_order = false;
	if (++counts->total == MESSAGES * SENDERS)
		loop_stop(l);
}

static void message_release(struct handle *h)
{
	free(h);
}

static const struct handle_ops message_ops = {.run = message_run,
                                              .release = message_release};

struct sender {
	struct kit *kit;
	int index;
};

static void *send_messages(void *arg)
{
	struct sender *s = arg;
	for (int i = 0; i < MESSAGES; i++) {
		struct message *m = mem_zalloc(1, sizeof *m);
		handle_init(&m->handle, &message_ops, ROLE_CALLBACK);
		m->kit = s->kit;
		m->sender = s->index;
		m->number = i;
		loop_call_soon_threadsafe(s->kit->loop, &m->handle);
	}
	return NULL;
}

START_TEST(handles_of_other_threads_arrive_all_and_each_senders_in_order)
{
	struct kit k;
	kit_init_as(&k, false, true, backends[_i]);
	struct counts counts = {.in_order = true};
	k.user = &counts;
	pthread_t threads[SENDERS];
	struct sender senders[SENDERS];
	for (int i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){&k, i};
		pthread_create(&threads[i], NULL, send_messages, &senders[i]);
	}
	struct datum d;
	ck_assert_int_eq(loop_run_forever(k.loop, &d), RUN_DONE);
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(counts.total, MESSAGES * SENDERS);
	ck_assert(counts.in_order);
	kit_fini(&k);
}
END_TEST

static void *halt_soon(void *arg)
{
	struct kit *k = arg;
	usleep(20000);
	loop_world_halt(&k->world);
	return NULL;
}

static void *interrupt_soon(void *arg)
{
	struct kit *k = arg;
	usleep(20000);
	loop_world_interrupt(&k->world);
	return NULL;
}

START_TEST(an_idle_loop_of_the_real_clock_waits_until_another_thread_ends_it)
{
	struct kit k;
	kit_init_as(&k, true, true, backends[_i]);
	pthread_t thread;
	struct datum d;
	pthread_create(&thread, NULL, interrupt_soon, &k);
	ck_assert_int_eq(loop_run_forever(k.loop, &d), RUN_DONE);
	pthread_join(thread, NULL);
	ck_assert_int_eq(k.interrupts, 1);
	pthread_create(&thread, NULL, halt_soon, &k);
	ck_assert_int_eq(loop_run_forever(k.loop, &d), RUN_HALTED);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(kit_count(&k, EV_DEADLOCK), 0);
	kit_fini(&k);
}
END_TEST

START_TEST(a_blocked_thread_is_woken_by_a_halt)
{
	struct kit k;
	kit_init_as(&k, true, true, backends[_i]);
	pthread_t thread;
	pthread_create(&thread, NULL, halt_soon, &k);
	int64_t left = loop_world_block(&k.world, INT64_C(3600000000000), 0);
	pthread_join(thread, NULL);
	ck_assert_int_gt(left, INT64_C(3500000000000));
	kit_fini(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop poll");
	TCase *t = tcase_create("both pollers");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, epoll_gives_the_order_of_events_and_poll_that_of_registration, 0, 2);
	tcase_add_test(t, unread_descriptors_come_again_before_new_ones);
	tcase_add_loop_test(
		t,
		a_closed_descriptor_is_never_reported_and_its_number_can_be_watched_anew,
		0, 2);
	tcase_add_loop_test(t, a_closed_peer_counts_as_ready, 0, 2);
	tcase_add_loop_test(t, a_watch_runs_each_tick_in_which_its_descriptor_is_ready, 0,
	                    2);
	tcase_add_loop_test(t, the_virtual_clock_jumps_while_a_descriptor_is_silent, 0,
	                    2);
	tcase_add_loop_test(
		t,
		waiting_for_a_silent_descriptor_alone_is_a_deadlock_of_the_virtual_clock,
		0, 2);
	tcase_add_test(t, a_bad_descriptor_is_refused);
	tcase_add_loop_test(
		t, handles_of_other_threads_arrive_all_and_each_senders_in_order, 0, 2);
	tcase_add_loop_test(
		t, an_idle_loop_of_the_real_clock_waits_until_another_thread_ends_it, 0,
		2);
	tcase_add_loop_test(t, a_blocked_thread_is_woken_by_a_halt, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
