/*
 * Tasks, sleeping, cancellation, and how asyncio.run ends: the ticks are CPython 3.13's.
 */
#include "loop_kit.h"

static enum outcome sleep_1(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_RETURN(c, kit_int(c->kit, 7));
	CORO_END(c);
}

START_TEST(a_whole_program_takes_the_ticks_of_cpython)
{
	struct kit k;
	kit_init(&k);
	ck_assert_int_eq(kit_run_and_close(&k, SPAWN(&k, sleep_1)), RUN_DONE);
	ck_log(&k, "= 7\n");
	ck_steps(&k, "0 1 1 Task-1 run\n"
		     "0 1 1 Task-1 wait(sleep(1))\n"
		     "1 2 2 @_set_result_unless_cancelled callback\n"
		     "1 3 3 Task-1 run\n"
		     "1 3 3 Task-1 done(7)\n"
		     "1 4 4 @_run_until_complete_cb callback\n"
		     "1 5 5 Task-2 run\n"
		     "1 5 5 Task-2 done(None)\n"
		     "1 6 6 @_run_until_complete_cb callback\n"
		     "1 7 7 Task-3 run\n"
		     "1 7 7 Task-3 done(None)\n"
		     "1 8 8 @_run_until_complete_cb callback\n");
	kit_fini(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop task");
	TCase *steps = tcase_create("steps");
	tcase_add_test(steps, a_whole_program_takes_the_ticks_of_cpython);
	suite_add_tcase(s, steps);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
