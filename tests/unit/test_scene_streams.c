/*
 * Streams, sockets and pipes of a scene: that a run with them is the same every time, that
 * nothing stays open, whatever ends the run, and what simmer alone has to say. What CPython
 * says as well is in tests/oracle/stream_*.py and socket_*.py.
 */
#include <dirent.h>
#include <pthread.h>
#include <unistd.h>

#include "base/mem.h"
#include "scene_kit.h"
#include "suite.h"

/* The descriptors that this process has open. */
static unsigned open_descriptors(void)
{
	unsigned count = 0;
	DIR *d = opendir("/proc/self/fd");
	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static const char echo[] =
	"import asyncio\n"
	"async def serve(reader, writer):\n"
	"    while line := await reader.readline():\n"
	"        writer.write(line.upper())\n"
	"        await writer.drain()\n"
	"    writer.close()\n"
	"async def client(name, port):\n"
	"    reader, writer = await asyncio.open_connection('127.0.0.1', port)\n"
	"    for i in range(3):\n"
	"        writer.write(f'{name}{i}\\n'.encode())\n"
	"        print(name, await reader.readline())\n"
	"    writer.close()\n"
	"    await writer.wait_closed()\n"
	"async def main():\n"
	"    server = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
	"    port = server.sockets[0].getsockname()[1]\n"
	"    await asyncio.gather(*(client(n, port) for n in 'abc'))\n"
	"    print(port)\n"
	"asyncio.run(main())\n";

static void put_trace(struct buf *out, const struct trace *t)
{
	for (uint64_t i = 0; i < trace_count(t); i++)
		buf_put(out, trace_at(t, i), sizeof *trace_at(t, i));
}

START_TEST(a_run_with_connections_is_the_same_every_time)
{
	struct outcome first = run(echo);
	struct buf expected = {0};
	put_trace(&expected, first.trace);
	ck_assert_ptr_nonnull(strstr(buf_text(&first.out), "c b'C2\\n'\n50001\n"));
	for (int i = 0; i < 50; i++) {
		struct outcome o = run(echo);
		struct buf got = {0};
		put_trace(&got, o.trace);
		ck_assert_str_eq(buf_text(&o.out), buf_text(&first.out));
		ck_assert_uint_eq(got.len, expected.len);
		ck_assert_mem_eq(got.data, expected.data, got.len);
		buf_free(&got);
		outcome_free(&o);
	}
	buf_free(&expected);
	outcome_free(&first);
}
END_TEST

START_TEST(the_same_lines_under_the_real_clock)
{
	struct outcome o = run_with((struct scene_options){.real_clock = true}, echo);
	ck_assert_ptr_nonnull(strstr(buf_text(&o.out), "a b'A2\\n'\n"));
	ck_assert_int_eq(o.status, 0);
	ck_assert_str_eq(buf_text(&o.err), "");
	outcome_free(&o);
}
END_TEST

static const char thousand[] =
	"import asyncio\n"
	"async def serve(reader, writer):\n"
	"    writer.write(await reader.readline())\n"
	"    writer.close()\n"
	"async def main():\n"
	"    server = await asyncio.start_server(serve, '127.0.0.1', 0, backlog=1000)\n"
	"    port = server.sockets[0].getsockname()[1]\n"
	"    all = await asyncio.gather(*(asyncio.open_connection('127.0.0.1', port)\n"
	"                                 for _ in range(1000)))\n"
	"    for i, (r, w) in enumerate(all):\n"
	"        w.write(b'%d\\n' % i)\n"
	"    print(sum([int(await r.readline()) for r, w in all]))\n"
	"    for r, w in all:\n"
	"        w.close()\n"
	"    await asyncio.gather(*(w.wait_closed() for r, w in all))\n"
	"    server.close()\n"
	"    await server.wait_closed()\n"
	"asyncio.run(main())\n";

START_TEST(a_thousand_connections_at_once)
{
	for (int real = 0; real < 2; real++) {
		struct outcome o =
			run_with((struct scene_options){.real_clock = real != 0}, thousand);
		ck_assert_str_eq(buf_text(&o.out), "499500\n");
		ck_assert_str_eq(buf_text(&o.err), "");
		outcome_free(&o);
	}
}
END_TEST

/* Scenes that leave open what they opened, each in its own way. */
static const char *const careless[] = {
	"import socket\na, b = socket.socketpair()\nc = socket.socket()\nc.bind(('127.0.0.1', 0))\n"
	"c.listen()\nd = a.detach()\n",
	"import os\nr, w = os.pipe()\nr2, w2 = os.pipe()\nos.close(r)\n",
	"import asyncio\n"
	"async def main():\n"
	"    await asyncio.start_server(print, '127.0.0.1', 0)\n"
	"asyncio.run(main())\n",
	"import asyncio\n"
	"async def serve(r, w):\n"
	"    await asyncio.sleep(100)\n"
	"kept = []\n"
	"async def main():\n"
	"    s = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
	"    for _ in range(5):\n"
	"        kept.append(await asyncio.open_connection('127.0.0.1',\n"
	"                                                  s.sockets[0].getsockname()[1]))\n"
	"    kept[0][1].write(b'x' * 10_000_000)\n"
	"    asyncio.create_task(kept[0][1].drain())\n"
	"    await asyncio.sleep(1)\n"
	"asyncio.run(main())\n",
	"import asyncio, socket\n"
	"async def main():\n"
	"    loop = asyncio.get_running_loop()\n"
	"    a, b = socket.socketpair()\n"
	"    a.setblocking(False)\n"
	"    loop.add_reader(b, print)\n"
	"    await loop.sock_recv(a, 10)\n"
	"asyncio.run(main())\n",
	"import asyncio\n"
	"async def serve(r, w):\n"
	"    raise SystemExit(3)\n"
	"async def main():\n"
	"    s = await asyncio.start_server(serve, '127.0.0.1', 0)\n"
	"    r, w = await asyncio.open_connection('127.0.0.1', s.sockets[0].getsockname()[1])\n"
	"    await r.read()\n"
	"asyncio.run(main())\n",
};

START_TEST(nothing_stays_open)
{
	unsigned before = open_descriptors();
	for (size_t i = 0; i < COUNT_OF(careless); i++) {
		for (int real = 0; real < 2; real++) {
			if (real && i == 4)
				continue; /* under the real clock it waits for ever */
			struct outcome o = run_with(
				(struct scene_options){.real_clock = real != 0}, careless[i]);
			ck_assert_int_eq(o.error, 0);
			outcome_free(&o);
		}
	}
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

START_TEST(nothing_stays_open_when_a_limit_ends_the_run)
{
	unsigned before = open_descriptors();
	for (uint64_t events = 10; events < 400; events += 7) {
		struct outcome o =
			run_with((struct scene_options){.limits.events = events}, echo);
		ck_assert_int_eq(o.status, 1);
		outcome_free(&o);
	}
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

/* ---- stopping a scene that waits for the network under the real clock ---- */

struct stopped {
	struct scene *scene;
	int status;
};

static void *run_scene(void *context)
{
	struct stopped *s = context;
	s->status = scene_run(s->scene);
	return NULL;
}

static const char *const waiting[] = {
	"import asyncio\n"
	"async def main():\n"
	"    s = await asyncio.start_server(print, '127.0.0.1', 0)\n"
	"    await s.serve_forever()\n"
	"asyncio.run(main())\n",
	"import socket\na, b = socket.socketpair()\na.recv(1)\n",
};

START_TEST(a_live_scene_that_waits_for_the_network_can_be_stopped)
{
	unsigned before = open_descriptors();
	for (size_t i = 0; i < COUNT_OF(waiting); i++) {
		struct diagnostics d = {0};
		struct stopped s = {0};
		const struct scene_options options = {.real_clock = true};
		ck_assert_int_eq(scene_new(&options, "scene.py", waiting[i],
		                           strlen(waiting[i]), &d, &s.scene), 0);
		pthread_t thread;
		ck_assert_int_eq(pthread_create(&thread, NULL, run_scene, &s), 0);
		scene_stop(s.scene); /* at its beginning, or when it waits already */
		pthread_join(thread, NULL);
		ck_assert_int_eq(s.status, 1);
		scene_free(s.scene);
		diagnostics_free(&d);
	}
	ck_assert_uint_eq(open_descriptors(), before);
}
END_TEST

/* ---- what simmer alone says ---- */

START_TEST(a_blocking_call_that_nobody_can_end_is_an_error)
{
	EXPECT("import os, socket\n"
	       "a, b = socket.socketpair()\n"
	       "r, w = os.pipe()\n"
	       "for call in (lambda: a.recv(1), lambda: os.read(r, 1)):\n"
	       "    try:\n"
	       "        call()\n"
	       "    except RuntimeError as e:\n"
	       "        print(str(e).split(' for ever:')[0])\n",
	       "simmer: this recv() would wait\n"
	       "simmer: this os.read() would wait\n");
}
END_TEST

START_TEST(a_timeout_of_a_blocking_socket_moves_the_clock)
{
	EXPECT("import socket, time\n"
	       "a, b = socket.socketpair()\n"
	       "a.settimeout(2.5)\n"
	       "begin = time.monotonic()\n"
	       "try:\n"
	       "    a.recv(1)\n"
	       "except TimeoutError:\n"
	       "    print(time.monotonic() - begin)\n",
	       "2.5\n");
}
END_TEST

START_TEST(nothing_outside_can_be_named)
{
	EXPECT("import asyncio, os\n"
	       "for call in (lambda: os.read(0, 1), lambda: os.write(1, b'x'), lambda: os.close(2)):\n"
	       "    try:\n"
	       "        call()\n"
	       "    except OSError as e:\n"
	       "        print(e)\n"
	       "async def main():\n"
	       "    for host in ('10.0.0.1', 'example.com'):\n"
	       "        try:\n"
	       "            await asyncio.open_connection(host, 80)\n"
	       "        except OSError as e:\n"
	       "            print(e)\n"
	       "    try:\n"
	       "        asyncio.get_running_loop().add_reader(0, print)\n"
	       "    except OSError as e:\n"
	       "        print(e)\n"
	       "asyncio.run(main())\n",
	       "[Errno 9] Bad file descriptor\n"
	       "[Errno 9] Bad file descriptor\n"
	       "[Errno 9] Bad file descriptor\n"
	       "[Errno 101] a scene reaches nothing but itself, on 127.0.0.1: there is no '10.0.0.1'\n"
	       "[Errno 101] a scene reaches nothing but itself, on 127.0.0.1: there is no 'example.com'\n"
	       "[Errno 9] Bad file descriptor\n");
}
END_TEST

START_TEST(what_a_task_waits_for_names_the_port)
{
	struct outcome o = run(echo);
	struct buf labels = {0};
	for (unsigned n = 0;; n++) {
		const struct event *e = find_event(&o, EV_FUTURE_MADE, n);
		if (e == NULL)
			break;
		size_t len;
		const char *text = trace_text(o.trace, e->b, &len);
		buf_put(&labels, text, len);
		buf_putc(&labels, '\n');
	}
	ck_assert_ptr_nonnull(strstr(buf_text(&labels), "readline :50002\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&labels), "wait_closed :50004\n"));
	buf_free(&labels);
	outcome_free(&o);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scene/streams");
	TCase *c = tcase_create("runs");
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	tcase_add_test(c, a_run_with_connections_is_the_same_every_time);
	tcase_add_test(c, the_same_lines_under_the_real_clock);
	tcase_add_test(c, a_thousand_connections_at_once);
	tcase_add_test(c, what_a_task_waits_for_names_the_port);
	c = tcase_create("ends");
	tcase_set_timeout(c, 120);
	suite_add_tcase(s, c);
	tcase_add_test(c, nothing_stays_open);
	tcase_add_test(c, nothing_stays_open_when_a_limit_ends_the_run);
	tcase_add_test(c, a_live_scene_that_waits_for_the_network_can_be_stopped);
	c = tcase_create("says");
	suite_add_tcase(s, c);
	tcase_add_test(c, a_blocking_call_that_nobody_can_end_is_an_error);
	tcase_add_test(c, a_timeout_of_a_blocking_socket_moves_the_clock);
	tcase_add_test(c, nothing_outside_can_be_named);
	return suite_main(s);
}
