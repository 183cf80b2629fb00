/*
 * lang: the built-in types as a scene sees them. Each row is an expression and what CPython
 * prints for it: its value, or the exception with its text.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "lang/compile.h"
#include "syntax/parser.h"
#include "lang/vm.h"
#include "suite.h"

struct row {
	const char *expression, *printed;
};

#define EVAL(expression, printed) {expression, printed},
static const struct row int_rows[] = {
#include "lang_eval_ints.def"
};
static const struct row float_rows[] = {
#include "lang_eval_floats.def"
};
static const struct row str_rows[] = {
#include "lang_eval_strs.def"
};
static const struct row sequence_rows[] = {
#include "lang_eval_seqs.def"
};
static const struct row dict_rows[] = {
#include "lang_eval_dicts.def"
};
static const struct row other_rows[] = {
#include "lang_eval_misc.def"
};
#undef EVAL

static const char *const prelude[] = {
#define LINE(text) text,
#include "lang_eval_prelude.def"
#undef LINE
};

/* What a scene wrote is collected here. */
static void collect(void *context, struct vm *vm, int stream, const char *text, size_t len)
{
	(void)vm, (void)stream;
	buf_put(context, text, len);
}

/* Run the text as a program and append what it prints, its traceback included. */
static void run(const char *text, size_t len, struct buf *printed)
{
	struct diagnostics diagnostics = {0};
	struct module_tree *tree = NULL;
	if (module_parse("rows.py", text, len, &diagnostics, &tree) != 0) {
		diagnostics_print(&diagnostics, printed);
		diagnostics_free(&diagnostics);
		return;
	}
	diagnostics_free(&diagnostics);
	struct vm_hooks hooks = {.context = printed, .write = collect};
	struct vm *vm = vm_new(NULL, &hooks);
	value code = compile_module(vm, tree);
	module_free(tree);
	if (value_is_null(code) || !vm_run_module(vm, code, "__main__")) {
		value exception = vm_take(vm);
		exception_print(vm, exception, printed);
		value_unref(vm, exception);
	}
	value_xunref(vm, code);
	vm_free(vm);
}

static const char mark[] = "\x01\n";

static void check_rows(const struct row *rows, size_t count)
{
	struct buf text = {0}, printed = {0};
	for (size_t i = 0; i < COUNT_OF(prelude); i++)
		buf_printf(&text, "%s\n", prelude[i]);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "t(lambda: (%s))\nprint('\\x01')\n", rows[i].expression);
	run(text.data, text.len, &printed);
	const char *at = buf_text(&printed);
	for (size_t i = 0; i < count; i++) {
		const char *end = strstr(at, mark);
		if (!end)
			ck_abort_msg("the rows end before %s: %s", rows[i].expression, at);
		size_t len = (size_t)(end - at);
		if (len != strlen(rows[i].printed) || memcmp(at, rows[i].printed, len) != 0)
			ck_abort_msg("%s\nprints %.*snot    %s", rows[i].expression, (int)len, at,
			             rows[i].printed);
		at = end + strlen(mark);
	}
	buf_free(&text);
	buf_free(&printed);
}

START_TEST(ints_do_what_they_do_in_cpython)
{
	check_rows(int_rows, COUNT_OF(int_rows));
}
END_TEST

START_TEST(floats_do_what_they_do_in_cpython)
{
	check_rows(float_rows, COUNT_OF(float_rows));
}
END_TEST

START_TEST(strings_do_what_they_do_in_cpython)
{
	check_rows(str_rows, COUNT_OF(str_rows));
}
END_TEST

START_TEST(sequences_do_what_they_do_in_cpython)
{
	check_rows(sequence_rows, COUNT_OF(sequence_rows));
}
END_TEST

START_TEST(dicts_and_sets_do_what_they_do_in_cpython)
{
	check_rows(dict_rows, COUNT_OF(dict_rows));
}
END_TEST

START_TEST(built_in_functions_do_what_they_do_in_cpython)
{
	check_rows(other_rows, COUNT_OF(other_rows));
}
END_TEST

/* Programs that print "ok" and nothing else. */
static void check_program(const char *text)
{
	struct buf printed = {0};
	run(text, strlen(text), &printed);
	ck_assert_str_eq(buf_text(&printed), "ok\n");
	buf_free(&printed);
}

START_TEST(a_million_nested_lists_die_without_a_deep_stack)
{
	check_program("x = []\n"
	              "for i in range(1000000):\n"
	              "    x = [x]\n"
	              "del x\n"
	              "x = None\n"
	              "for i in range(200000):\n"
	              "    x = ({'a': (x,)}, {i})\n"
	              "del x\n"
	              "print('ok')\n");
}
END_TEST

START_TEST(comparisons_may_change_what_is_compared)
{
	check_program("class Evil:\n"
	              "    def __init__(self, act): self.act = act\n"
	              "    def __eq__(self, other):\n"
	              "        self.act()\n"
	              "        return False\n"
	              "    def __hash__(self): return 1\n"
	              "    def __lt__(self, other):\n"
	              "        self.act()\n"
	              "        return True\n"
	              "l = [1, 2, 3]\n"
	              "l.append(Evil(l.clear))\n"
	              "assert 5 not in l\n"
	              "l = [Evil(lambda: l.clear()) for i in range(30)]\n"
	              "try:\n"
	              "    l.index(7)\n"
	              "except ValueError:\n"
	              "    pass\n"
	              "l = [Evil(lambda: l.append(1)) for i in range(30)]\n"
	              "try:\n"
	              "    l.sort()\n"
	              "except ValueError as e:\n"
	              "    assert str(e) == 'list modified during sort', e\n"
	              "d = {}\n"
	              "d[Evil(d.clear)] = 1\n"
	              "d[Evil(d.clear)] = 2\n"
	              "d[Evil(d.clear)] = 3\n"
	              "assert d.get(1) is None\n"
	              "s = set()\n"
	              "s.add(Evil(s.clear))\n"
	              "s.add(Evil(s.clear))\n"
	              "1 in s\n"
	              "a = [Evil(lambda: a.clear()), 1]\n"
	              "b = [Evil(lambda: b.clear()), 1]\n"
	              "a == b\n"
	              "a < b\n"
	              "a.remove(Evil(lambda: a.clear())) if a else None\n"
	              "print('ok')\n");
}
END_TEST

START_TEST(tables_survive_any_mixture_of_adding_and_removing)
{
	check_program("import_seed = 12345\n"
	              "def rnd(n):\n"
	              "    global import_seed\n"
	              "    import_seed = (import_seed * 1103515245 + 12345) % 2147483648\n"
	              "    return import_seed // 65536 % n\n"
	              "d, keys = {}, []\n"
	              "for i in range(20000):\n"
	              "    k = rnd(300) if i % 2 else str(rnd(300))\n"
	              "    if k in keys and rnd(2):\n"
	              "        keys.remove(k)\n"
	              "        assert d.pop(k) == k\n"
	              "    elif k not in keys:\n"
	              "        keys.append(k)\n"
	              "        d[k] = k\n"
	              "    if keys and rnd(5) == 0:\n"
	              "        assert d.popitem() == (keys[-1], keys.pop())\n"
	              "    assert len(d) == len(keys)\n"
	              "assert list(d) == keys\n"
	              "assert set(keys) == set(d)\n"
	              "print('ok')\n");
}
END_TEST

START_TEST(what_does_not_fit_in_memory_raises_memory_error)
{
	check_program("def refused(f):\n"
	              "    try:\n"
	              "        f()\n"
	              "    except (MemoryError, OverflowError):\n"
	              "        return True\n"
	              "    return False\n"
	              "assert refused(lambda: 'x' * 10 ** 12)\n"
	              "assert refused(lambda: [0] * 10 ** 12)\n"
	              "assert refused(lambda: (0,) * 10 ** 12)\n"
	              "assert refused(lambda: b'x' * 10 ** 12)\n"
	              "assert refused(lambda: bytes(10 ** 12))\n"
	              "assert refused(lambda: 1 << 10 ** 12)\n"
	              "assert refused(lambda: 10 ** 10 ** 12)\n"
	              "assert refused(lambda: f'{1:999999999999}')\n"
	              "assert refused(lambda: 'x'.ljust(10 ** 12))\n"
	              "assert refused(lambda: 'x'.zfill(10 ** 12))\n"
	              "assert refused(lambda: list(range(10 ** 12)))\n"
	              "assert refused(lambda: [1] * 2 ** 62)\n"
	              "print('ok')\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang types");
	TCase *rows = tcase_create("rows");
	tcase_add_test(rows, ints_do_what_they_do_in_cpython);
	tcase_add_test(rows, floats_do_what_they_do_in_cpython);
	tcase_add_test(rows, strings_do_what_they_do_in_cpython);
	tcase_add_test(rows, sequences_do_what_they_do_in_cpython);
	tcase_add_test(rows, dicts_and_sets_do_what_they_do_in_cpython);
	tcase_add_test(rows, built_in_functions_do_what_they_do_in_cpython);
	tcase_set_timeout(rows, 60);
	suite_add_tcase(suite, rows);
	TCase *programs = tcase_create("programs");
	tcase_add_test(programs, a_million_nested_lists_die_without_a_deep_stack);
	tcase_add_test(programs, comparisons_may_change_what_is_compared);
	tcase_add_test(programs, tables_survive_any_mixture_of_adding_and_removing);
	tcase_add_test(programs, what_does_not_fit_in_memory_raises_memory_error);
	tcase_set_timeout(programs, 300);
	suite_add_tcase(suite, programs);
	return suite_main(suite);
}
