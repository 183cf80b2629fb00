/*
 * try, except, except*, finally and with. The stack at each handler is as opcode.def says under
 * "Exceptions"; what is written [..] here is the part above the statement's own depth.
 */
#include "lang/compile_internal.h"

/*
 * At a handler: the exception becomes the one that is being handled, to `unhandled` if
 * more is raised.
 */
static void begin_handling(struct unit *u, enum enclosure_kind kind, label_id unhandled)
{
	emit(u, OP_PUSH_HANDLED, 0);
	enclose(u, (struct enclosure){.kind = kind, .has_handler = true, .handler = unhandled}, 1);
}

/* The end of a clause, [prev]: nothing is being handled any more; goes to `end`. */
static void end_clause(struct unit *u, label_id end)
{
	struct enclosure *e = &vec_last(&u->enclosures);
	cover_end(u, e);
	emit(u, OP_POP_HANDLED, 0);
	emit_jump(u, OP_JUMP, end);
	cover_again(u, e);
}

/* What was raised while something was being handled, [prev, exc], goes on its way. */
static void place_unhandled(struct unit *u, label_id unhandled)
{
	handler_place(u, unhandled);
	emit(u, OP_SWAP, 2);
	emit(u, OP_POP_HANDLED, 0);
	emit(u, OP_RERAISE, 0);
}

static void forget_name(struct unit *u, const struct name *name)
{
	load_none(u);
	store_name(u, name);
	delete_name(u, name);
}

/* The body of `except ... as name`, after which the name is no more. */
static void compile_named_body(struct unit *u, const struct except_clause *clause)
{
	label_id failed = label_new(u), over = label_new(u);
	store_name(u, clause->name.name);
	enclose(u, (struct enclosure){.kind = IN_NAMED_HANDLER, .has_handler = true,
	                              .handler = failed, .name = clause->name.name}, 0);
	compile_block(u, &clause->body);
	leave_enclosure(u);
	u->at = clause->span;
	forget_name(u, clause->name.name);
	emit_jump(u, OP_JUMP, over);
	handler_place(u, failed);
	forget_name(u, clause->name.name);
	emit(u, OP_RERAISE, 0);
	label_place(u, over);
}

static void compile_clause(struct unit *u, const struct except_clause *clause, label_id end)
{
	label_id next = label_new(u);
	u->at = clause->span;
	emit_line(u, clause->span);
	if (clause->type != NULL) {
		compile_expr(u, clause->type);
		emit(u, OP_CHECK_EXC_MATCH, 0);
		emit_jump(u, OP_POP_JUMP_IF_FALSE, next);
	}
	if (clause->name.name != NULL) {
		compile_named_body(u, clause);
	} else {
		emit(u, OP_POP_TOP, 0);
		compile_block(u, &clause->body);
	}
	end_clause(u, end);
	label_place(u, next);
}

static void compile_excepts(struct unit *u, const struct stmt *s)
{
	label_id handler = label_new(u), unhandled = label_new(u), end = label_new(u);
	enclose(u, (struct enclosure){.kind = IN_PROTECTED, .has_handler = true,
	                              .handler = handler}, 0);
	compile_block(u, &s->u.try.body);
	leave_enclosure(u);
	compile_block(u, &s->u.try.otherwise);
	emit_jump(u, OP_JUMP, end);

	handler_place(u, handler);
	begin_handling(u, IN_HANDLER, unhandled);
	for (uint32_t i = 0; i < s->u.try.count; i++)
		compile_clause(u, &s->u.try.clauses[i], end);
	emit(u, OP_RERAISE, 0);
	leave_enclosure(u);
	place_unhandled(u, unhandled);
	label_place(u, end);
}

/* try with finally: `inside` compiles what the finally block watches over. */
static void compile_finally(struct unit *u, const struct stmt *s,
                            void (*inside)(struct unit *u, const struct stmt *s))
{
	label_id handler = label_new(u), unhandled = label_new(u), end = label_new(u);
	enclose(u, (struct enclosure){.kind = IN_FINALLY, .has_handler = true, .handler = handler,
	                              .finally = &s->u.try.finally}, 0);
	inside(u, s);
	leave_enclosure(u);
	compile_block(u, &s->u.try.finally);
	emit_jump(u, OP_JUMP, end);

	handler_place(u, handler);
	begin_handling(u, IN_FINALLY_HANDLER, unhandled);
	compile_block(u, &s->u.try.finally);
	emit(u, OP_RERAISE, 0);
	leave_enclosure(u);
	place_unhandled(u, unhandled);
	label_place(u, end);
}

static void compile_body(struct unit *u, const struct stmt *s)
{
	compile_block(u, &s->u.try.body);
}

void compile_try(struct unit *u, const struct stmt *s)
{
	if (s->u.try.finally.count == 0)
		compile_excepts(u, s);
	else
		compile_finally(u, s, s->u.try.count > 0 ? compile_excepts : compile_body);
}

/* ---- except* ----------------------------------------------------------------- */

/* One clause: [prev, orig, results, rest] before and after. */
static void compile_star_clause(struct unit *u, const struct except_clause *clause)
{
	label_id no_match = label_new(u), raised = label_new(u), next = label_new(u);
	struct span outer = u->at;
	u->at = clause->span;
	emit_line(u, clause->span);
	compile_expr(u, clause->type);
	emit(u, OP_CHECK_EG_MATCH, 0);
	emit(u, OP_COPY, 1);
	emit_jump(u, OP_POP_JUMP_IF_NONE, no_match);
	/* [prev, orig, results, rest, match] */
	emit(u, OP_COPY, 1);
	emit(u, OP_SET_HANDLED, 0);
	enclose(u, (struct enclosure){.kind = IN_PROTECTED, .has_handler = true,
	                              .handler = raised}, 1);
	if (clause->name.name != NULL) {
		compile_named_body(u, clause);
	} else {
		emit(u, OP_POP_TOP, 0);
		compile_block(u, &clause->body);
	}
	leave_enclosure(u);
	emit_jump(u, OP_JUMP, next);
	handler_place(u, raised);
	emit(u, OP_LIST_APPEND, 2);
	emit_jump(u, OP_JUMP, next);
	label_place(u, no_match);
	emit(u, OP_POP_TOP, 0);
	label_place(u, next);
	u->at = outer;
}

static void compile_star_excepts(struct unit *u, const struct stmt *s)
{
	label_id handler = label_new(u), unhandled = label_new(u), end = label_new(u),
	         done = label_new(u);
	enclose(u, (struct enclosure){.kind = IN_PROTECTED, .has_handler = true,
	                              .handler = handler}, 0);
	compile_block(u, &s->u.try.body);
	leave_enclosure(u);
	compile_block(u, &s->u.try.otherwise);
	emit_jump(u, OP_JUMP, end);

	handler_place(u, handler);
	begin_handling(u, IN_PROTECTED, unhandled);
	emit(u, OP_COPY, 1);
	emit(u, OP_BUILD_LIST, 0);
	emit(u, OP_SWAP, 2);
	/* [prev, orig, results, rest] */
	for (uint32_t i = 0; i < s->u.try.count; i++)
		compile_star_clause(u, &s->u.try.clauses[i]);
	emit(u, OP_LIST_APPEND, 1);
	emit(u, OP_PREP_RERAISE_STAR, 0);
	emit(u, OP_COPY, 1);
	emit_jump(u, OP_POP_JUMP_IF_NONE, done);
	emit(u, OP_RERAISE, 0);
	label_place(u, done);
	emit(u, OP_POP_TOP, 0);
	leave_enclosure(u);
	emit(u, OP_POP_HANDLED, 0);
	emit_jump(u, OP_JUMP, end);
	place_unhandled(u, unhandled);
	label_place(u, end);
}

void compile_try_star(struct unit *u, const struct stmt *s)
{
	if (s->u.try.finally.count == 0)
		compile_star_excepts(u, s);
	else
		compile_finally(u, s, compile_star_excepts);
}

/* ---- with -------------------------------------------------------------------- */

static void compile_with_item(struct unit *u, const struct stmt *s, uint32_t i)
{
	if (i == s->u.with.count) {
		compile_block(u, &s->u.with.body);
		return;
	}
	const struct with_item *item = &s->u.with.items[i];
	bool is_async = s->u.with.is_async;
	label_id handler = label_new(u), unhandled = label_new(u), swallowed = label_new(u),
	         end = label_new(u);
	struct span outer = u->at;
	compile_expr(u, item->manager);
	u->at = item->manager->span;
	emit(u, is_async ? OP_BEFORE_ASYNC_WITH : OP_BEFORE_WITH, 0);
	if (is_async)
		emit_await(u, 1);
	/* [exit, entered] */
	enclose(u, (struct enclosure){.kind = IN_WITH, .has_handler = true, .handler = handler,
	                              .is_async = is_async, .span = item->manager->span}, 1);
	if (item->target != NULL)
		compile_store(u, item->target);
	else
		emit(u, OP_POP_TOP, 0);
	u->at = outer;
	compile_with_item(u, s, i + 1);
	leave_enclosure(u);

	u->at = item->manager->span;
	emit_line(u, u->at);
	emit(u, OP_WITH_EXIT, 0);
	if (is_async)
		emit_await(u, 2);
	emit(u, OP_POP_TOP, 0);
	emit_jump(u, OP_JUMP, end);

	handler_place(u, handler);
	begin_handling(u, IN_HANDLER, unhandled);
	emit_line(u, u->at);
	emit(u, OP_WITH_EXCEPT_START, 0);
	if (is_async)
		emit_await(u, 2);
	emit_jump(u, OP_POP_JUMP_IF_TRUE, swallowed);
	emit(u, OP_RERAISE, 0);
	label_place(u, swallowed);
	emit(u, OP_POP_TOP, 0);
	leave_enclosure(u);
	emit(u, OP_POP_HANDLED, 0);
	emit(u, OP_POP_TOP, 0);
	emit_jump(u, OP_JUMP, end);
	place_unhandled(u, unhandled);
	label_place(u, end);
	u->at = outer;
}

void compile_with(struct unit *u, const struct stmt *s)
{
	compile_with_item(u, s, 0);
}
