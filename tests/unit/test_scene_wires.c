/*
 * Sockets between the threads of a program, under the virtual clock: loops that reach one
 * another, threads that block, and the same trace every time.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scene_kit.h"
#include "suite.h"

#define HEAD "import asyncio, socket, threading, time\n"

/* A client in a thread of its own, with a loop of its own, for a server in the main one. */
#define VISITS                                                                             \
	HEAD "def visit(name, port, times):\n"                                             \
	     "    async def go():\n"                                                       \
	     "        r, w = await asyncio.open_connection('127.0.0.1', port)\n"           \
	     "        for i in range(times):\n"                                            \
	     "            w.write(f'{name} {i}\\n'.encode())\n"                            \
	     "            print((await r.readline()).decode().strip(), time.monotonic())\n" \
	     "            await asyncio.sleep(1)\n"                                        \
	     "        w.close()\n"                                                         \
	     "        await w.wait_closed()\n"                                             \
	     "    asyncio.run(go())\n"                                                     \
	     "async def serve(r, w):\n"                                                    \
	     "    while line := await r.readline():\n"                                     \
	     "        w.write(line.upper())\n"                                             \
	     "        await w.drain()\n"                                                   \
	     "    print('left')\n"                                                         \
	     "    w.close()\n"                                                             \
	     "async def main():\n"                                                         \
	     "    s = await asyncio.start_server(serve, '127.0.0.1', 0)\n"                 \
	     "    port = s.sockets[0].getsockname()[1]\n"

START_TEST(a_loop_in_a_worker_reaches_the_main_threads_server)
{
	EXPECT(VISITS "    await asyncio.to_thread(visit, 'rice', port, 2)\n"
	              "    s.close()\n"
	              "    await s.wait_closed()\n"
	              "    try:\n"
	              "        await asyncio.to_thread(visit, 'late', port, 1)\n"
	              "    except ConnectionRefusedError as e:\n"
	              "        print(str(e).split(' (')[0])\n"
	              "asyncio.run(main())\n",
	       "RICE 0 0.0\nRICE 1 1.0\nleft\n[Errno 111] Connect call failed\n");
}
END_TEST

#define THREE_VISITS                                                                       \
	VISITS "    await asyncio.gather(*(asyncio.to_thread(visit, n, port, 2)\n"         \
	       "                           for n in ('rice', 'dal', 'soup')))\n"            \
	       "    s.close()\n"                                                           \
	       "asyncio.run(main())\n"

START_TEST(three_loops_and_a_server_leave_the_same_trace_every_time)
{
	struct outcome first = run(THREE_VISITS);
	ck_assert_int_eq(first.status, 0);
	for (int i = 0; i < 20; i++) {
		struct outcome o = run(THREE_VISITS);
		ck_assert_str_eq(buf_text(&o.out), buf_text(&first.out));
		ck_assert_uint_eq(trace_count(o.trace), trace_count(first.trace));
		for (uint64_t k = 0; k < trace_count(o.trace); k++)
			ck_assert_mem_eq(trace_at(o.trace, k), trace_at(first.trace, k),
			                 sizeof(struct event));
		outcome_free(&o);
	}
	outcome_free(&first);
}
END_TEST

START_TEST(threads_that_block_on_sockets_meet)
{
	EXPECT(HEAD "def server():\n"
	            "    with socket.create_server(('127.0.0.1', 8899)) as s:\n"
	            "        c, who = s.accept()\n"
	            "        with c:\n"
	            "            while data := c.recv(1024):\n"
	            "                time.sleep(1)\n"
	            "                c.sendall(data.upper())\n"
	            "            print('end of', who[0])\n"
	            "t = threading.Thread(target=server)\n"
	            "t.start()\n"
	            "with socket.create_connection(('127.0.0.1', 8899)) as c:\n"
	            "    for word in b'rice', b'dal':\n"
	            "        c.sendall(word)\n"
	            "        print(c.recv(100), time.monotonic())\n"
	            "t.join()\n",
	       "b'RICE' 1.0\nb'DAL' 2.0\nend of 127.0.0.1\n");
}
END_TEST

START_TEST(more_than_is_taken_waits_for_the_reader_in_the_other_thread)
{
	EXPECT(HEAD "def reader():\n"
	            "    with socket.create_server(('127.0.0.1', 8899)) as s:\n"
	            "        c, who = s.accept()\n"
	            "        got = 0\n"
	            "        time.sleep(5)\n"
	            "        while data := c.recv(1 << 18):\n"
	            "            got += len(data)\n"
	            "        print(got, time.monotonic())\n"
	            "t = threading.Thread(target=reader)\n"
	            "t.start()\n"
	            "with socket.create_connection(('127.0.0.1', 8899)) as c:\n"
	            "    c.sendall(b'x' * 20_000_000)\n"
	            "    print('sent', time.monotonic())\n"
	            "t.join()\n",
	       "sent 5.0\n20000000 5.0\n");
}
END_TEST

START_TEST(a_server_in_a_worker_is_found_by_another_worker)
{
	EXPECT(HEAD "def server():\n"
	            "    async def serve(r, w):\n"
	            "        w.write(await r.readline())\n"
	            "        w.close()\n"
	            "    async def main():\n"
	            "        s = await asyncio.start_server(serve, '127.0.0.1', 7777)\n"
	            "        await asyncio.sleep(3)\n"
	            "        s.close()\n"
	            "    asyncio.run(main())\n"
	            "def client():\n"
	            "    time.sleep(1)\n"
	            "    async def go():\n"
	            "        r, w = await asyncio.open_connection('127.0.0.1', 7777)\n"
	            "        w.write(b'hello\\n')\n"
	            "        print(await r.read(), time.monotonic())\n"
	            "        w.close()\n"
	            "    asyncio.run(go())\n"
	            "ts = [threading.Thread(target=f) for f in (server, client)]\n"
	            "for t in ts: t.start()\n"
	            "for t in ts: t.join()\n",
	       "b'hello\\n' 1.0\n");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scene wires");
	TCase *t = tcase_create("threads");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, a_loop_in_a_worker_reaches_the_main_threads_server);
	tcase_add_test(t, three_loops_and_a_server_leave_the_same_trace_every_time);
	tcase_add_test(t, threads_that_block_on_sockets_meet);
	tcase_add_test(t, more_than_is_taken_waits_for_the_reader_in_the_other_thread);
	tcase_add_test(t, a_server_in_a_worker_is_found_by_another_worker);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
