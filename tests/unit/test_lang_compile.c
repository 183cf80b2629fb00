/* lang: from trees to code objects, and what those do when they run. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/compile.h"
#include "lang/disasm.h"
#include "lang/exception.h"
#include "syntax/parser.h"
#include "lang/str.h"
#include "lang/vm.h"
#include "lang_damage.h"
#include "suite.h"

static struct vm *vm;
static struct buf printed, lines;

static void write_text(void *context, struct vm *from, int stream, const char *text, size_t len)
{
	(void)context;
	(void)from;
	(void)stream;
	buf_put(&printed, text, len);
}

static void note_line(void *context, struct vm *from, const struct code *code, uint32_t line)
{
	(void)context;
	(void)from;
	(void)code;
	buf_printf(&lines, "%u ", line);
}

static void begin(void)
{
	struct vm_hooks hooks = {.write = write_text};
	vm = vm_new(NULL, &hooks);
}

static void end(void)
{
	vm_free(vm);
	buf_free(&printed);
	buf_free(&lines);
}

/* The module's code; the tree is gone by then. */
static value compile(const char *text)
{
	struct diagnostics d = {0};
	struct module_tree *tree;
	int result = module_parse("scene.py", text, strlen(text), &d, &tree);
	ck_assert_msg(result == 0, "%s: %s", text, d.count > 0 ? d.items[0].message : "?");
	value code = compile_module(vm, tree);
	module_free(tree);
	ck_assert(!value_is_null(code));
	return code;
}

/* The code of the first function among the module's constants. */
static const struct code *function_of(value module)
{
	const struct code *code = value_as_code(module);
	for (uint32_t i = 0; i < code->const_count; i++) {
		if (value_type(code->consts[i]) == &code_type)
			return value_as_code(code->consts[i]);
	}
	ck_abort_msg("no function");
	return NULL;
}

static void expect_instructions(const char *text, const char *expected)
{
	struct buf plain = {0};
	value module = compile(text);
	const struct code *code = function_of(module);
	for (uint32_t i = 0; i < code->instruction_count; i++) {
		instruction word = code->instructions[i];
		if (instruction_op(word) == OP_LINE)
			continue;
		buf_printf(&plain, "%s%s", plain.len > 0 ? " " : "",
		           opcode_name(instruction_op(word)));
	}
	ck_assert_str_eq(buf_text(&plain), expected);
	buf_free(&plain);
	value_unref(vm, module);
}

static void expect_output(const char *text, const char *expected)
{
	buf_reset(&printed);
	value module = compile(text);
	bool good = vm_run_module(vm, module, "__main__");
	if (!good) {
		value error = vm_take(vm);
		exception_print(vm, error, &printed);
		value_unref(vm, error);
	}
	ck_assert_str_eq(buf_text(&printed), expected);
	value_unref(vm, module);
}

START_TEST(a_function_is_what_it_looks_like)
{
	begin();
	value module = compile("def f(a, b, /, c=1, *d, e, g=2, **h):\n    'Doc.'\n    return a\n");
	const struct code *code = function_of(module);
	ck_assert_str_eq(str_text(code->name), "f");
	ck_assert_str_eq(str_text(code->doc), "Doc.");
	ck_assert_uint_eq(code->arg_count, 3);
	ck_assert_uint_eq(code->positional_only_count, 2);
	ck_assert_uint_eq(code->keyword_only_count, 2);
	ck_assert_uint_eq(code->flags, CODE_VARARGS | CODE_VARKEYWORDS);
	ck_assert_uint_eq(code->slot_count, 7);
	ck_assert_str_eq(str_text(code->slot_names[5]), "d");
	ck_assert_uint_eq(code->first_line, 1);
	value_unref(vm, module);
	end();
}
END_TEST

START_TEST(code_behind_a_jump_is_not_made)
{
	begin();
	expect_instructions("def f():\n    return 1\n    print(2)\n", "LOAD_CONST RETURN_VALUE");
	expect_instructions("def f():\n    while True:\n        pass\n    print(2)\n", "JUMP_BACK");
	expect_instructions("def f():\n    if 1:\n        return\n    else:\n        print(1)\n",
	                    "LOAD_CONST RETURN_VALUE");
	end();
}
END_TEST

START_TEST(small_things_take_few_instructions)
{
	begin();
	expect_instructions("def f(a, b):\n    a, b = b, a\n",
	                    "LOAD_FAST LOAD_FAST SWAP STORE_FAST STORE_FAST LOAD_CONST RETURN_VALUE");
	expect_instructions("def f():\n    return (1, 'a', (2.5, -3))\n", "LOAD_CONST RETURN_VALUE");
	expect_instructions("def f(a):\n    return a.b(1)\n",
	                    "LOAD_FAST LOAD_METHOD LOAD_CONST CALL RETURN_VALUE");
	expect_instructions("def f(a):\n    if a is None: return 1\n    return 2\n",
	                    "LOAD_FAST POP_JUMP_IF_NOT_NONE LOAD_CONST RETURN_VALUE "
	                    "LOAD_CONST RETURN_VALUE");
	expect_instructions("async def f(a):\n    return await a\n",
	                    "LOAD_FAST GET_AWAITABLE YIELD_FROM RETURN_VALUE");
	expect_instructions("def f():\n    'only a docstring'\n", "LOAD_CONST RETURN_VALUE");
	end();
}
END_TEST

START_TEST(equal_constants_are_kept_once)
{
	begin();
	value module = compile("def f():\n    return [1, 1, 'a', 'a', 1.5, 1.5, True, 1]\n");
	ck_assert_uint_eq(function_of(module)->const_count, 4);
	value_unref(vm, module);
	end();
}
END_TEST

START_TEST(inner_handlers_come_before_outer_ones)
{
	begin();
	value module = compile("def f():\n    try:\n        try:\n            a()\n"
	                       "        except X:\n            b()\n    finally:\n        c()\n");
	const struct code *code = function_of(module);
	ck_assert_uint_gt(code->handler_count, 2);
	for (uint32_t i = 0; i < code->handler_count; i++) {
		for (uint32_t k = i + 1; k < code->handler_count; k++) {
			const struct code_handler *a = &code->handlers[i], *b = &code->handlers[k];
			bool apart = a->end <= b->start || b->end <= a->start;
			bool inside = a->start >= b->start && a->end <= b->end;
			ck_assert(apart || inside);
		}
	}
	value_unref(vm, module);
	end();
}
END_TEST

START_TEST(instructions_know_their_places)
{
	begin();
	value module = compile("def f(x):\n    y = '\xc3\xa9' + g(x,\n         1)\n    return y\n");
	const struct code *code = function_of(module);
	bool found = false;
	for (uint32_t i = 0; i < code->instruction_count; i++) {
		if (instruction_op(code->instructions[i]) != OP_CALL)
			continue;
		const struct code_position *p = code_position(code, i);
		ck_assert_uint_eq(p->line, 2);
		ck_assert_uint_eq(p->column, 15);
		ck_assert_uint_eq(p->end_line, 3);
		ck_assert_uint_eq(p->end_column, 12);
		found = true;
	}
	ck_assert(found);
	value_unref(vm, module);
	end();
}
END_TEST

START_TEST(qualified_names_say_where_something_is_defined)
{
	begin();
	expect_output("class A:\n    class B:\n        def f(self): return lambda: (x for x in [])\n"
	              "def g():\n    global h\n    class C: pass\n    def h(): pass\n    return C\n"
	              "f = A.B().f()\n"
	              "print(A.B.f.__qualname__, f.__qualname__, f().__qualname__)\n"
	              "print(g().__qualname__, h.__qualname__)\n",
	              "A.B.f A.B.f.<locals>.<lambda> A.B.f.<locals>.<lambda>.<locals>.<genexpr>\n"
	              "g.<locals>.C h\n");
	end();
}
END_TEST

START_TEST(the_line_hook_sees_each_statement_once)
{
	begin();
	value module = compile("x = 0\n"            /* 1 */
	                       "for i in [1, 2]:\n" /* 2 */
	                       "    x += 1\n"       /* 3 */
	                       "while x < 4:\n"     /* 4 */
	                       "    x += 1\n"       /* 5 */
	                       "if x == 1:\n"       /* 6 */
	                       "    pass\n"
	                       "elif x == 4:\n"     /* 8 */
	                       "    x = 5\n"        /* 9 */
	                       "try:\n"             /* 10 */
	                       "    y\n"            /* 11 */
	                       "except KeyError:\n" /* 12 */
	                       "    pass\n"
	                       "except NameError:\n"/* 14 */
	                       "    pass\n"         /* 15 */
	                       "finally:\n"
	                       "    x = 6\n");      /* 17 */
	vm_hooks(vm)->line = note_line;
	ck_assert(vm_run_module(vm, module, "__main__"));
	ck_assert_str_eq(buf_text(&lines),
	                 "1 2 3 2 3 2 4 5 4 5 4 6 8 9 10 11 12 14 15 17 ");
	value_unref(vm, module);
	end();
}
END_TEST

START_TEST(comprehension_variables_end_with_the_comprehension)
{
	begin();
	expect_output("class D:\n    def __del__(self): print('gone')\n"
	              "def f():\n    n = [1 for x in [D()]]\n    print('after')\n"
	              "    try:\n        [y + 1 for y in [D()]]\n"
	              "    except TypeError: print('error')\n    print('end')\n"
	              "x = 'mine'\nf()\n[x for x in 'abc']\nprint(x)\n",
	              "gone\nafter\ngone\nerror\nend\nmine\n");
	end();
}
END_TEST

START_TEST(long_programs_are_fine)
{
	begin();
	struct buf text = {0};
	buf_puts(&text, "x = [");
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "%d, ", i);
	buf_puts(&text, "]\nd = {");
	for (int i = 0; i < 3000; i++)
		buf_printf(&text, "'k%d': %d, ", i, i);
	buf_puts(&text, "}\ndef f(*a): return len(a)\nprint(len(x), len(d), f(");
	for (int i = 0; i < 1000; i++)
		buf_puts(&text, "1, ");
	buf_puts(&text, "))\nn = 0\n");
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, "n += 1\n");
	buf_puts(&text, "print(n)\ns = ''");
	for (int i = 0; i < 1500; i++)
		buf_puts(&text, " + 'a'");
	buf_puts(&text, "\nprint(len(s))\n");
	expect_output(buf_text(&text), "20000 3000 1000\n5000\n1500\n");
	buf_free(&text);
	end();
}
END_TEST

START_TEST(the_disassembly_shows_names_and_handlers)
{
	begin();
	struct buf out = {0};
	value module = compile("try:\n    print(1 < 2)\nfinally:\n    x = -y\n");
	code_disassemble(vm, value_as_code(module), &out);
	const char *shown[] = {"<module>:\n", "LOAD_GLOBAL         print\n", "COMPARE             <\n",
	                       "UNARY               -\n", "LOAD_CONST          1\n", "raises to"};
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		ck_assert_msg(strstr(buf_text(&out), shown[i]) != NULL, "%s\n%s", shown[i],
		              buf_text(&out));
	buf_free(&out);
	value_unref(vm, module);
	end();
}
END_TEST

/* What still parses must compile to sound code: code_new checks it, and so do assertions. */
static void compile_damaged(const char *text, size_t len)
{
	struct diagnostics d = {0};
	struct module_tree *tree;
	if (module_parse("scene.py", text, len, &d, &tree) == 0) {
		value code = compile_module(vm, tree);
		ck_assert(!value_is_null(code));
		value_unref(vm, code);
	}
	module_free(tree);
	diagnostics_free(&d);
}

START_TEST(damaged_programs_compile_to_sound_code_or_not_at_all)
{
	begin();
	for_damaged_files("tests/oracle", 40, compile_damaged);
	end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang/compile");
	TCase *code = tcase_create("code");
	tcase_add_test(code, a_function_is_what_it_looks_like);
	tcase_add_test(code, code_behind_a_jump_is_not_made);
	tcase_add_test(code, small_things_take_few_instructions);
	tcase_add_test(code, equal_constants_are_kept_once);
	tcase_add_test(code, inner_handlers_come_before_outer_ones);
	tcase_add_test(code, instructions_know_their_places);
	tcase_add_test(code, the_disassembly_shows_names_and_handlers);
	suite_add_tcase(suite, code);
	TCase *running = tcase_create("running");
	tcase_set_timeout(running, 30);
	tcase_add_test(running, qualified_names_say_where_something_is_defined);
	tcase_add_test(running, the_line_hook_sees_each_statement_once);
	tcase_add_test(running, comprehension_variables_end_with_the_comprehension);
	tcase_add_test(running, long_programs_are_fine);
	tcase_add_test(running, damaged_programs_compile_to_sound_code_or_not_at_all);
	suite_add_tcase(suite, running);
	return suite_main(suite);
}
