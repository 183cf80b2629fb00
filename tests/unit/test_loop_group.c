/*
 * Task groups: whom a failure cancels, when, and what the block raises. Steps are
 * CPython 3.13's.
 */
#include "loop_kit.h"

static enum outcome sleeps(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 5));
	CORO_END(c);
}

static enum outcome fails_at_1(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_RAISE(c, kit_error(c->kit, ERROR_ORDINARY, "ValueError", "x"));
	CORO_END(c);
}

static enum outcome ends_at_once(struct coro *c, struct step_result *out)
{
	return coro_return(c, out, DATUM_NONE);
}

/* The block: two or three members, then what the argument says; then the exit. */
static enum outcome block_with_failure(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	ck_assert_int_eq(kit_group_enter(c->kit), GROUP_OK);
	kit_group_create(c->kit, sleeps, "a");
	kit_group_create(c->kit, fails_at_1, "b");
	kit_group_create(c->kit, sleeps, "c");
	CORO_AWAIT(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	CORO_END(c);
}

START_TEST(a_failing_member_cancels_its_siblings_then_the_parent)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, block_with_failure));
	kit_group_unref(&k.group);
	ck_log(&k, "! ExceptionGroup('unhandled errors in a TaskGroup', "
	           "[ValueError('x')])\n");
	ck_steps(&k,
	         "0 1 1 Task-1 run\n"
	         "0 1 1 Task-1 wait(taskgroup[a b c])\n"
	         "0 2 2 a run\n"
	         "0 2 2 a wait(sleep(5))\n"
	         "0 2 3 b run\n"
	         "0 2 3 b wait(sleep(1))\n"
	         "0 2 4 c run\n"
	         "0 2 4 c wait(sleep(5))\n"
	         "1 3 5 @_set_result_unless_cancelled callback\n"
	         "1 4 6 b run\n"
	         "1 4 6 b failed(ValueError('x'))\n"
	         "1 5 7 @TaskGroup._on_task_done callback\n"
	         "1 5 7 @TaskGroup._on_task_done cancel a\n"
	         "1 5 7 @TaskGroup._on_task_done cancel c\n"
	         "1 5 7 @TaskGroup._on_task_done cancel Task-1\n"
	         "1 6 8 a run\n"
	         "1 6 8 a cancelled\n"
	         "1 6 9 c run\n"
	         "1 6 9 c cancelled\n"
	         "1 6 10 Task-1 run\n"
	         "1 6 10 Task-1 wait(taskgroup[a c])\n"
	         "1 7 11 @TaskGroup._on_task_done callback\n"
	         "1 7 12 @TaskGroup._on_task_done callback\n"
	         "1 8 13 Task-1 run\n"
	         "1 8 13 Task-1 failed(ExceptionGroup('unhandled errors in a TaskGroup', "
	         "[ValueError('x')]))\n"
	         "1 9 14 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_count(&k, EV_GROUP_CHILD), 3);
	ck_assert_uint_eq(kit_count(&k, EV_GROUP_CHILD_DONE), 3);
	ck_assert_uint_eq(kit_count(&k, EV_GROUP_ABORTING), 1);
	ck_assert_str_eq(kit_id_name(k.trace, kit_first(&k, EV_GROUP_ABORTING)->b), "b");
	ck_assert_uint_eq(kit_first(&k, EV_GROUP_EXITED)->detail, ENDING_EXCEPTION);
	kit_fini(&k);
}
END_TEST

static enum outcome block_that_raises(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, sleeps, "a");
	CORO_AWAIT(c, kit_sleep(c->kit, 0));
	CORO_AWAIT(c, kit_group_exit(
			      c->kit, &c->kit->group,
			      kit_error(c->kit, ERROR_ORDINARY, "ValueError", "body")));
	CORO_END(c);
}

START_TEST(an_error_in_the_block_cancels_the_members_and_is_part_of_the_group)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, block_that_raises));
	kit_group_unref(&k.group);
	ck_log(&k, "! ExceptionGroup('unhandled errors in a TaskGroup', "
	           "[ValueError('body')])\n");
	ck_steps(&k,
	         "0 1 1 Task-1 run\n"
	         "0 1 1 Task-1 yield\n"
	         "0 2 2 a run\n"
	         "0 2 2 a wait(sleep(5))\n"
	         "0 2 3 Task-1 run\n"
	         "0 2 3 Task-1 cancel a\n"
	         "0 2 3 Task-1 wait(taskgroup[a])\n"
	         "0 3 4 a run\n"
	         "0 3 4 a cancelled\n"
	         "0 4 5 @TaskGroup._on_task_done callback\n"
	         "0 5 6 Task-1 run\n"
	         "0 5 6 Task-1 failed(ExceptionGroup('unhandled errors in a TaskGroup', "
	         "[ValueError('body')]))\n"
	         "0 6 7 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_first(&k, EV_GROUP_ABORTING)->b, 0);
	kit_fini(&k);
}
END_TEST

static enum outcome plain_block(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, sleeps, "a");
	kit_group_create(c->kit, sleeps, "c");
	CORO_AWAIT(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	kit_log(c->kit, "after");
	CORO_END(c);
}

static enum outcome canceller(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	task_cancel(c->kit->tasks[0], DATUM_NONE);
	CORO_AWAIT(c, kit_await(&c->kit->tasks[0]->future));
	CORO_END(c);
}

START_TEST(cancelling_the_parent_cancels_the_members_and_goes_on_when_they_ended)
{
	struct kit k;
	kit_init(&k);
	k.tasks[0] = task_new(k.loop, CORO(&k, plain_block), "in");
	kit_run(&k, SPAWN(&k, canceller));
	ck_assert(future_cancelled(&k.tasks[0]->future));
	ck_assert_uint_eq(task_cancelling(k.tasks[0]), 1);
	future_unref(&k.tasks[0]->future);
	kit_group_unref(&k.group);
	ck_log(&k, "! CancelledError()\n");
	ck_steps(&k, "0 1 1 in run\n"
	             "0 1 1 in wait(taskgroup[a c])\n"
	             "0 1 2 Task-1 run\n"
	             "0 1 2 Task-1 wait(sleep(1))\n"
	             "0 2 3 a run\n"
	             "0 2 3 a wait(sleep(5))\n"
	             "0 2 4 c run\n"
	             "0 2 4 c wait(sleep(5))\n"
	             "1 3 5 @_set_result_unless_cancelled callback\n"
	             "1 4 6 Task-1 run\n"
	             "1 4 6 Task-1 cancel in\n"
	             "1 4 6 Task-1 wait(in)\n"
	             "1 5 7 in run\n"
	             "1 5 7 in cancel a\n"
	             "1 5 7 in cancel c\n"
	             "1 5 7 in wait(taskgroup[a c])\n"
	             "1 6 8 a run\n"
	             "1 6 8 a cancelled\n"
	             "1 6 9 c run\n"
	             "1 6 9 c cancelled\n"
	             "1 7 10 @TaskGroup._on_task_done callback\n"
	             "1 7 11 @TaskGroup._on_task_done callback\n"
	             "1 8 12 in run\n"
	             "1 8 12 in cancelled\n"
	             "1 9 13 Task-1 run\n"
	             "1 9 13 Task-1 cancelled\n"
	             "1 10 14 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_first(&k, EV_GROUP_EXITED)->detail, ENDING_CANCELLED);
	kit_fini(&k);
}
END_TEST

START_TEST(the_parent_goes_on_two_ticks_after_its_last_member_ended)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, plain_block));
	kit_group_unref(&k.group);
	ck_log(&k, "after\n= None\n");
	ck_steps(&k, "0 1 1 Task-1 run\n"
	             "0 1 1 Task-1 wait(taskgroup[a c])\n"
	             "0 2 2 a run\n"
	             "0 2 2 a wait(sleep(5))\n"
	             "0 2 3 c run\n"
	             "0 2 3 c wait(sleep(5))\n"
	             "5 3 4 @_set_result_unless_cancelled callback\n"
	             "5 3 5 @_set_result_unless_cancelled callback\n"
	             "5 4 6 a run\n"
	             "5 4 6 a done(None)\n"
	             "5 4 7 c run\n"
	             "5 4 7 c done(None)\n"
	             "5 5 8 @TaskGroup._on_task_done callback\n"
	             "5 5 9 @TaskGroup._on_task_done callback\n"
	             "5 6 10 Task-1 run\n"
	             "5 6 10 Task-1 done(None)\n"
	             "5 7 11 @_run_until_complete_cb callback\n");
	ck_assert_uint_eq(kit_count(&k, EV_CANCEL_REQUESTED), 0);
	kit_fini(&k);
}
END_TEST

static enum outcome empty_block(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	ck_assert_int_eq(group_enter(&c->kit->group, c->kit->loop), GROUP_ENTERED);
	CORO_AWAIT(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	ck_assert_int_eq(group_may_create(&c->kit->group), GROUP_FINISHED);
	CORO_END(c);
}

START_TEST(leaving_a_group_without_members_does_not_suspend)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, empty_block));
	kit_group_unref(&k.group);
	ck_steps(&k, "0 1 1 Task-1 run\n"
	             "0 1 1 Task-1 done(None)\n"
	             "0 2 2 @_run_until_complete_cb callback\n");
	kit_fini(&k);
}
END_TEST

START_TEST(a_group_is_entered_once_and_by_a_task)
{
	struct kit k;
	kit_init(&k);
	struct group g;
	group_init(&g, &kit_group_ops);
	ck_assert_int_eq(group_may_create(&g), GROUP_NOT_ENTERED);
	ck_assert_int_eq(group_enter(&g, k.loop), GROUP_NO_TASK);
	ck_assert_int_eq(group_enter(&g, NULL), GROUP_NO_TASK);
	group_fini(&g);
	kit_fini(&k);
}
END_TEST

static enum outcome exits_the_program(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	CORO_RAISE(c, kit_error(c->kit, ERROR_EXIT, "SystemExit", "1"));
	CORO_END(c);
}

static enum outcome block_with_exit(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, sleeps, "a");
	kit_group_create(c->kit, exits_the_program, "b");
	CORO_AWAIT(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	CORO_END(c);
}

START_TEST(an_exit_error_of_a_member_is_raised_by_itself)
{
	struct kit k;
	kit_init(&k);
	struct task *main = SPAWN(&k, block_with_exit);
	future_ref(&main->future);
	ck_assert_int_eq(kit_run(&k, main), RUN_EXIT);
	ck_assert_int_eq(kit_run(&k, main), RUN_EXIT);
	kit_group_unref(&k.group);
	/* The callback that stops the loop is still in the queue, and asks for the error
	 * there. */
	struct datum d;
	ck_assert_int_eq(runner_close(k.loop, &d), RUN_DONE);
	ck_log(&k, "exit SystemExit('1')\nexit SystemExit('1')\n");
	kit_fini(&k);
}
END_TEST

static enum outcome late(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_TRY(c, kit_sleep(c->kit, 5));
	CORO_RAISE(c, kit_error(c->kit, ERROR_ORDINARY, "KeyError", "late"));
	CORO_END(c);
}

static enum outcome block_with_two_failures(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, late, "a");
	kit_group_create(c->kit, fails_at_1, "b");
	CORO_AWAIT(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	CORO_END(c);
}

START_TEST(errors_are_listed_in_the_order_in_which_members_were_let_go)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, block_with_two_failures));
	kit_group_unref(&k.group);
	ck_log(&k, "! ExceptionGroup('unhandled errors in a TaskGroup', "
	           "[ValueError('x'), KeyError('late')])\n");
	kit_fini(&k);
}
END_TEST

/* Somebody else cancels the parent as well: its count survives the group. */
static void cancel_main(struct kit *k, struct future *f)
{
	(void)f;
	task_cancel(k->tasks[0], DATUM_NONE);
}

static enum outcome block_cancelled_twice(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, fails_at_1, "b");
	kit_when_done(c->kit, &task_next(c->kit->loop, c->kit->tasks[0])->future,
	              "cancel_main")
		->function = cancel_main;
	CORO_TRY(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	thing_repr(thing_of(c->error), &c->kit->log);
	kit_log(c->kit, "");
	ck_assert_uint_eq(task_cancelling(c->kit->tasks[0]), 1);
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	kit_log(c->kit, "not reached");
	CORO_END(c);
}

START_TEST(a_group_that_fails_while_its_parent_is_cancelled_keeps_the_request)
{
	struct kit k;
	kit_init(&k);
	k.tasks[0] = SPAWN(&k, block_cancelled_twice);
	kit_run(&k, k.tasks[0]);
	kit_group_unref(&k.group);
	ck_log(&k,
	       "ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('x')])\n"
	       "! CancelledError()\n");
	kit_fini(&k);
}
END_TEST

static enum outcome block_with_quick_member(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, ends_at_once, "quick");
	CORO_AWAIT(c, kit_sleep(c->kit, 1));
	ck_assert_uint_eq(c->kit->group.member_count, 0);
	CORO_AWAIT(c, kit_group_exit(c->kit, &c->kit->group, DATUM_NONE));
	CORO_END(c);
}

START_TEST(a_member_that_ended_is_not_kept)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, block_with_quick_member));
	kit_group_unref(&k.group);
	ck_log(&k, "= None\n");
	kit_fini(&k);
}
END_TEST

static enum outcome block_that_sleeps(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	kit_group_enter(c->kit);
	kit_group_create(c->kit, sleeps, "a");
	kit_group_create(c->kit, sleeps, "c");
	CORO_AWAIT(c, kit_sleep(c->kit, 9));
	CORO_END(c);
}

static enum outcome leaves_the_block(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c,
	           kit_group_exit(c->kit, &c->kit->group,
	                          kit_error(c->kit, ERROR_BASE, "GeneratorExit", NULL)));
	CORO_END(c);
}

START_TEST(a_block_that_is_destroyed_after_its_loop_closed_cannot_cancel_its_members)
{
	struct kit k;
	kit_init(&k);
	struct task *t = SPAWN(&k, block_that_sleeps);
	struct datum d;
	loop_stop(k.loop);
	loop_run_forever(k.loop, &d);
	loop_stop(k.loop);
	loop_run_forever(k.loop, &d);
	ck_assert_uint_eq(k.group.member_count, 2);
	loop_close(k.loop);
	ck_assert(!loop_take_refusal(k.loop));
	struct body *b = CORO(&k, leaves_the_block);
	struct step_result out;
	ck_assert_int_eq(body_resume(b, DATUM_NONE, DATUM_NONE, &out), BODY_RAISES);
	ck_assert_str_eq(thing_of(out.datum)->text, "Event loop is closed");
	thing_unref(&k, thing_of(out.datum));
	b->ops->drop(b);
	/* As a cycle collector does: members and group hold each other. */
	struct task_list left = task_collect(k.loop);
	for (size_t i = 0; i < left.count; i++)
		future_clear(&left.tasks[i]->future);
	task_list_fini(&left);
	task_abandon_all(k.loop);
	future_unref(&t->future);
	kit_group_unref(&k.group);
	kit_fini(&k);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop group");
	TCase *t = tcase_create("group");
	tcase_add_test(t, a_failing_member_cancels_its_siblings_then_the_parent);
	tcase_add_test(
		t, an_error_in_the_block_cancels_the_members_and_is_part_of_the_group);
	tcase_add_test(
		t, cancelling_the_parent_cancels_the_members_and_goes_on_when_they_ended);
	tcase_add_test(t, the_parent_goes_on_two_ticks_after_its_last_member_ended);
	tcase_add_test(t, leaving_a_group_without_members_does_not_suspend);
	tcase_add_test(t, a_group_is_entered_once_and_by_a_task);
	tcase_add_test(t, an_exit_error_of_a_member_is_raised_by_itself);
	tcase_add_test(t, errors_are_listed_in_the_order_in_which_members_were_let_go);
	tcase_add_test(
		t, a_group_that_fails_while_its_parent_is_cancelled_keeps_the_request);
	tcase_add_test(t, a_member_that_ended_is_not_kept);
	tcase_add_test(
		t,
		a_block_that_is_destroyed_after_its_loop_closed_cannot_cancel_its_members);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
