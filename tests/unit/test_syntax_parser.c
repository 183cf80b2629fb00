/* lang: whole programs through module_parse: what is accepted, what is refused and how. */
#include <string.h>

#include "base/error.h"
#include "syntax/ast.h"
#include "syntax/parser.h"
#include "lang_damage.h"
#include "suite.h"

static int parse_bytes(const char *text, size_t len, struct diagnostics *d)
{
	struct module_tree *tree;
	int result = module_parse("scene.py", text, len, d, &tree);
	ck_assert_int_eq(result == 0, tree != NULL);
	ck_assert_int_eq(result == 0, d->error_count == 0);
	module_free(tree);
	return result;
}

static void expect_good(const char *text)
{
	struct diagnostics d = {0};
	int result = parse_bytes(text, strlen(text), &d);
	ck_assert_msg(result == 0, "%s: %s", text, d.count > 0 ? d.items[0].message : "");
	diagnostics_free(&d);
}

static void expect_refused(const char *text, int error, const char *shown)
{
	struct diagnostics d = {0};
	struct buf out = {0};
	ck_assert_int_eq(parse_bytes(text, strlen(text), &d), -error);
	diagnostics_print(&d, &out);
	ck_assert_str_eq(buf_text(&out), shown);
	buf_free(&out);
	diagnostics_free(&d);
}

/* ---- broken programs -------------------------------------------------------------------- */

static const struct {
	const char *text;
	uint32_t line, column;
	const char *message;
} broken[] = {
#define BROKEN(text, line, column, message) {text, line, column, message},
#include "lang_syntax_rows.def"
#undef BROKEN
};

START_TEST(errors_have_cpythons_words_and_places)
{
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		struct diagnostics d = {0};
		ck_assert_msg(parse_bytes(broken[i].text, strlen(broken[i].text), &d) != 0, "%s",
		              broken[i].text);
		ck_assert_msg(strcmp(d.items[0].message, broken[i].message) == 0, "%s: %s",
		              broken[i].text, d.items[0].message);
		ck_assert_msg(d.items[0].line == broken[i].line, "%s: line %u", broken[i].text,
		              d.items[0].line);
		ck_assert_msg(broken[i].column == 0 || d.items[0].column == broken[i].column,
		              "%s: column %u", broken[i].text, d.items[0].column);
		diagnostics_free(&d);
	}
}
END_TEST

START_TEST(several_errors_of_scopes_are_told_at_once)
{
	expect_refused("return\nawait x\ndef f(a, a): pass\n", ERR_SYNTAX,
	               "scene.py:1:1: 'return' outside function\n"
	               "    return\n    ^^^^^^\n"
	               "scene.py:2:1: 'await' outside function\n"
	               "    await x\n    ^^^^^^^\n"
	               "scene.py:3:10: duplicate argument 'a' in function definition\n"
	               "    def f(a, a): pass\n             ^\n");
}
END_TEST

START_TEST(legal_but_unsupported_things_are_all_told)
{
	expect_refused("x = 1j\nfrom a import *\nclass A(metaclass=M): pass\ndef f[T](): pass\n",
	               ERR_UNSUPPORTED,
	               "scene.py:1:5: complex numbers are not supported\n"
	               "    x = 1j\n        ^^\n"
	               "scene.py:2:15: 'import *' is not supported: name what you use\n"
	               "    from a import *\n                  ^\n"
	               "scene.py:3:9: metaclasses are not supported\n"
	               "    class A(metaclass=M): pass\n            ^^^^^^^^^^^\n"
	               "scene.py:4:6: type parameters are not supported\n"
	               "    def f[T](): pass\n         ^\n");
}
END_TEST

START_TEST(errors_beyond_twenty_are_counted)
{
	struct buf text = {0}, out = {0};
	struct diagnostics d = {0};
	for (int i = 0; i < 25; i++)
		buf_puts(&text, "x = 1j\n");
	ck_assert_int_eq(parse_bytes(buf_text(&text), text.len, &d), -ERR_UNSUPPORTED);
	ck_assert_uint_eq(d.count, DIAGNOSTICS_MAX);
	diagnostics_print(&d, &out);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "scene.py: and 5 more\n"));
	diagnostics_free(&d);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

START_TEST(the_caret_stands_below_wide_characters_and_tabs)
{
	expect_refused("if 1:\n\tx = '\xe7\xb1\xb3\xe9\xa3\xaf' $\n", ERR_SYNTAX,
	               "scene.py:2:11: invalid syntax\n"
	               "    x = '\xe7\xb1\xb3\xe9\xa3\xaf' $\n"
	               "               ^\n");
	expect_refused("x\t= $\n", ERR_SYNTAX,
	               "scene.py:1:5: invalid syntax\n    x\t= $\n     \t  ^\n");
}
END_TEST

START_TEST(escape_sequences_of_a_scene_do_not_reach_the_terminal)
{
	expect_refused("x = '\x1b[2J' $\n", ERR_SYNTAX,
	               "scene.py:1:12: invalid syntax\n    x = ' [2J' $\n               ^\n");
}
END_TEST

START_TEST(long_lines_are_cut_around_the_place)
{
	struct buf text = {0}, out = {0};
	struct diagnostics d = {0};
	buf_puts(&text, "x = '");
	buf_fill(&text, 'a', 100000);
	buf_puts(&text, "' $");
	ck_assert_int_eq(parse_bytes(buf_text(&text), text.len, &d), -ERR_SYNTAX);
	diagnostics_print(&d, &out);
	ck_assert_uint_lt(out.len, 300);
	diagnostics_free(&d);
	buf_free(&text);
	buf_free(&out);
}
END_TEST

/* ---- bytes that are no text ------------------------------------------------------------------ */

START_TEST(nul_bytes_and_broken_utf8_are_refused)
{
	struct diagnostics d = {0};
	ck_assert_int_eq(parse_bytes("x = 1\n\0", 7, &d), -ERR_BINARY);
	ck_assert_uint_eq(d.items[0].line, 2);
	diagnostics_free(&d);
	expect_refused("x = 1\ny = '\xe9'\n", ERR_UTF8,
	               "scene.py:2:6: the file is not UTF-8: byte 0xe9\n    y = '\n         ^\n");
}
END_TEST

/* ---- depth ---------------------------------------------------------------------------------------- */

static void expect_too_deep(const char *before, const char *repeated, int count,
                            const char *after, const char *message)
{
	struct buf text = {0};
	struct diagnostics d = {0};
	buf_puts(&text, before);
	for (int i = 0; i < count; i++)
		buf_puts(&text, repeated);
	buf_puts(&text, after);
	ck_assert_int_eq(parse_bytes(buf_text(&text), text.len, &d), -ERR_SYNTAX);
	ck_assert_str_eq(d.items[0].message, message);
	diagnostics_free(&d);
	buf_free(&text);
}

START_TEST(endless_nesting_is_refused_and_not_followed)
{
	enum { MANY = 10000 };
	expect_too_deep("x = ", "(", MANY, "", "too many nested parentheses");
	expect_too_deep("x = ", "[", MANY, "", "too many nested parentheses");
	const char *deep = "too many nested expressions";
	expect_too_deep("x = ", "-", MANY, "1", deep);
	expect_too_deep("x = ", "not ", MANY, "1", deep);
	expect_too_deep("x = ", "lambda: ", MANY, "1", deep);
	expect_too_deep("x = ", "1 if a else ", MANY, "1", deep);
	expect_too_deep("x = 1", " + 1", MANY, "", deep);
	expect_too_deep("x = 1", "**1", MANY, "", deep);
	expect_too_deep("x = a", ".b", MANY, "", deep);
	expect_too_deep("x = a", "()", MANY, "", deep);
	expect_too_deep("async def f():\n    ", "await ", MANY, "x", deep);
}
END_TEST

START_TEST(what_is_long_but_not_deep_is_fine)
{
	struct buf text = {0};
	buf_puts(&text, "x = [");
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "%d, ", i);
	buf_puts(&text, "]\nif x: pass\n");
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, "elif x: pass\n");
	buf_puts(&text, "y = a");
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, " or a");
	expect_good(buf_text(&text));
	buf_free(&text);
}
END_TEST

/* ---- good programs -------------------------------------------------------------------------------- */

START_TEST(soft_keywords_are_names_elsewhere)
{
	expect_good("match = 1\nmatch.x\nmatch(1)\nmatch[0]\nprint(match, case, type)\n");
	expect_good("match x:\n    case 1: pass\n");
	expect_good("match (x):\n    case [a, *_] if a: pass\n    case {'k': v, **r}: pass\n");
	expect_good("match -x, y:\n    case -1, 2: pass\n");
	expect_good("type = 3\ntype(x)\n");
	expect_good("match * a, b\n");
}
END_TEST

START_TEST(with_takes_items_in_parentheses)
{
	expect_good("with (a as b, c as d,): pass\n");
	expect_good("with (a, b): pass\n");
	expect_good("with (a): pass\n");
	expect_good("with (a).b as c: pass\n");
	expect_good("with (a, b) as c: pass\n");
	expect_good("def f():\n    with (yield): pass\n");
	expect_good("with open(x) as f, g() as (h, i): pass\n");
}
END_TEST

START_TEST(parameters_come_in_all_kinds)
{
	expect_good("def f(a, b=1, /, c=2, *d, e, f=3, **g): pass\n");
	expect_good("def f(a: int = 1, *args: str, b: x = 2, **k: y) -> z: pass\n");
	expect_good("lambda a, /, *b, c=1, **d: (a, b)\n");
	expect_good("lambda: (yield)\n");
	expect_good("f(*a, b, c=1, *d, **e, g=2)\n");
	expect_good("f(x for x in y)\nf((x for x in y), 1)\n");
}
END_TEST

/* ---- captions and the docstring ------------------------------------------------------------------------ */

static struct module_tree *parse_good(const char *text)
{
	struct diagnostics d = {0};
	struct module_tree *tree;
	ck_assert_int_eq(module_parse("scene.py", text, strlen(text), &d, &tree), 0);
	diagnostics_free(&d);
	return tree;
}

START_TEST(captions_belong_to_the_statement_below)
{
	struct module_tree *tree = parse_good("\"\"\"T\"\"\"\n"
	                                      "#: first\n"
	                                      "#:   and more  \n"
	                                      "a = 1\n"
	                                      "if a:\n"
	                                      "    #: inside\n"
	                                      "\n"
	                                      "    # ordinary\n"
	                                      "    b = 1  #: not a line of its own\n"
	                                      "    #: of the else branch\n"
	                                      "else:\n"
	                                      "    c = (1,\n"
	                                      "        #: within brackets\n"
	                                      "        2)\n"
	                                      "#: nothing follows\n");
	ck_assert_uint_eq(module_caption_count(tree), 3);
	ck_assert_str_eq(module_caption(tree, 0)->text, "first and more");
	ck_assert_uint_eq(module_caption(tree, 0)->line, 4);
	ck_assert_str_eq(module_caption(tree, 1)->text, "inside");
	ck_assert_uint_eq(module_caption(tree, 1)->line, 9);
	ck_assert_str_eq(module_caption(tree, 2)->text, "of the else branch");
	ck_assert_uint_eq(module_caption(tree, 2)->line, 12);
	module_free(tree);
}
END_TEST

START_TEST(a_caption_that_belongs_to_nothing_is_warned_of)
{
	static const char text[] = "async def a():\n"
				   "    b = 1\n"
				   "    #: Below the last statement.\n"
				   "\n"
				   "async def c():\n"
				   "    #: Where it should be.\n"
				   "    d = 1\n"
				   "#: Less deep is fine.\n"
				   "e = 1\n"
				   "    # not a caption\n"
				   "#: Nothing follows.\n";
	struct diagnostics d = {0};
	struct module_tree *tree;
	ck_assert_int_eq(module_parse("scene.py", text, strlen(text), &d, &tree), 0);
	ck_assert_uint_eq(d.count, 2);
	ck_assert_uint_eq(d.error_count, 0);
	ck_assert(d.items[0].is_warning && d.items[1].is_warning);
	ck_assert_uint_eq(d.items[0].line, 3);
	ck_assert_uint_eq(d.items[0].column, 5);
	ck_assert_ptr_nonnull(strstr(d.items[0].message, "line 5"));
	ck_assert_uint_eq(d.items[1].line, 11);
	ck_assert_uint_eq(module_caption_count(tree), 3);
	diagnostics_free(&d);
	module_free(tree);
}
END_TEST

START_TEST(the_docstring_is_title_and_introduction)
{
	struct module_tree *tree = parse_good("\"\"\"One cook\n\n    First.\n      Second.\n\n    \"\"\"\n");
	ck_assert_str_eq(module_title(tree), "One cook");
	ck_assert_str_eq(module_introduction(tree), "First.\n  Second.");
	module_free(tree);
	tree = parse_good("x = 1\n\"no docstring\"\n");
	ck_assert_str_eq(module_title(tree), "");
	ck_assert_str_eq(module_introduction(tree), "");
	module_free(tree);
	tree = parse_good("'''\n  Title on the second line\n  '''");
	ck_assert_str_eq(module_title(tree), "Title on the second line");
	ck_assert_str_eq(module_introduction(tree), "");
	module_free(tree);
}
END_TEST

/* ---- modules and names that are not there ------------------------------------------------------------------ */

static bool known_module(void *context, const char *module)
{
	(void)context;
	return strcmp(module, "asyncio") == 0 || strcmp(module, "asyncio.exceptions") == 0;
}

static bool known_attribute(void *context, const char *module, const char *name)
{
	(void)context;
	(void)module;
	return strcmp(name, "sleep") == 0 || strcmp(name, "exceptions") == 0;
}

static void expect_checked(const char *text, const char *shown)
{
	struct known_names names = {NULL, known_module, known_attribute, NULL};
	struct module_tree *tree = parse_good(text);
	struct diagnostics d = {0};
	struct buf out = {0};
	int result = module_check(tree, &names, &d);
	ck_assert_int_eq(result, *shown != '\0' ? -ERR_UNSUPPORTED : 0);
	for (uint32_t i = 0; i < d.count; i++)
		buf_printf(&out, "%u:%u: %s\n", d.items[i].line, d.items[i].column,
		           d.items[i].message);
	ck_assert_str_eq(buf_text(&out), shown);
	buf_free(&out);
	diagnostics_free(&d);
	module_free(tree);
}

START_TEST(missing_modules_and_names_are_refused)
{
	expect_checked("import numpy, asyncio\nfrom socket import x\n",
	               "1:8: module 'numpy' is not supported\n"
	               "2:6: module 'socket' is not supported\n");
	expect_checked("import asyncio\nasyncio.sleep\nasyncio.fly\nasyncio.exceptions.fly.high\n",
	               "3:1: asyncio.fly is not supported\n"
	               "4:1: asyncio.exceptions.fly is not supported\n");
	expect_checked("import asyncio as a\ndef f():\n    return a.fly()\n",
	               "3:12: asyncio.fly is not supported\n");
	expect_checked("from asyncio import sleep, fly\n", "1:28: asyncio.fly is not supported\n");
	expect_checked("print(open('x'), Nonsense)\n", "1:7: open() is not supported\n");
}
END_TEST

START_TEST(what_may_be_something_else_is_left_to_run_time)
{
	expect_checked("import asyncio\nasyncio = object()\nasyncio.fly\n", "");
	expect_checked("import asyncio\ndef f(asyncio):\n    asyncio.fly\n", "");
	expect_checked("def open(): pass\nopen()\n", "");
	expect_checked("def f():\n    global open\n    open = 1\nopen\n", "");
	expect_checked("try:\n    import numpy\nexcept ImportError:\n    pass\n", "");
	expect_checked("import asyncio\ntry:\n    asyncio.fly\nexcept AttributeError:\n    pass\n", "");
}
END_TEST

/* ---- random damage --------------------------------------------------------------------------------------------- */

static void parse_damaged(const char *text, size_t len)
{
	struct diagnostics d = {0};
	parse_bytes(text, len, &d);
	diagnostics_free(&d);
}

START_TEST(damaged_scenes_never_crash_the_parser)
{
	for_damaged_files("scenes", 200, parse_damaged);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang/parser");
	TCase *errors = tcase_create("errors");
	tcase_add_test(errors, errors_have_cpythons_words_and_places);
	tcase_add_test(errors, several_errors_of_scopes_are_told_at_once);
	tcase_add_test(errors, legal_but_unsupported_things_are_all_told);
	tcase_add_test(errors, errors_beyond_twenty_are_counted);
	tcase_add_test(errors, the_caret_stands_below_wide_characters_and_tabs);
	tcase_add_test(errors, escape_sequences_of_a_scene_do_not_reach_the_terminal);
	tcase_add_test(errors, long_lines_are_cut_around_the_place);
	tcase_add_test(errors, nul_bytes_and_broken_utf8_are_refused);
	tcase_add_test(errors, endless_nesting_is_refused_and_not_followed);
	suite_add_tcase(suite, errors);
	TCase *good = tcase_create("good programs");
	tcase_add_test(good, what_is_long_but_not_deep_is_fine);
	tcase_add_test(good, soft_keywords_are_names_elsewhere);
	tcase_add_test(good, with_takes_items_in_parentheses);
	tcase_add_test(good, parameters_come_in_all_kinds);
	tcase_add_test(good, a_caption_that_belongs_to_nothing_is_warned_of);
	tcase_add_test(good, captions_belong_to_the_statement_below);
	tcase_add_test(good, the_docstring_is_title_and_introduction);
	suite_add_tcase(suite, good);
	TCase *names = tcase_create("names");
	tcase_add_test(names, missing_modules_and_names_are_refused);
	tcase_add_test(names, what_may_be_something_else_is_left_to_run_time);
	suite_add_tcase(suite, names);
	TCase *fuzz = tcase_create("damage");
	tcase_set_timeout(fuzz, 60);
	tcase_add_test(fuzz, damaged_scenes_never_crash_the_parser);
	suite_add_tcase(suite, fuzz);
	return suite_main(suite);
}
