/* lang: text to tokens. */
#include <string.h>

#include "syntax/lexer.h"
#include "suite.h"

/* What the lexer makes of a text: names of tokens with their text, separated by blanks. */
static char *lex(const char *text, struct diagnostics *d)
{
	struct source source;
	struct tokens tokens;
	struct buf out = {0};
	source_init(&source, "scene.py", text, strlen(text));
	lexer_run(&source, &tokens, d);
	for (size_t i = 0; i < tokens.list.count; i++) {
		const struct token *t = &tokens.list.items[i];
		if (i > 0)
			buf_putc(&out, ' ');
		switch (t->kind) {
		case TOKEN_NEWLINE:
			buf_puts(&out, "NL");
			break;
		case TOKEN_INDENT:
			buf_puts(&out, "IN");
			break;
		case TOKEN_DEDENT:
			buf_puts(&out, "DE");
			break;
		case TOKEN_END:
			buf_puts(&out, "END");
			break;
		case TOKEN_BAD:
			buf_puts(&out, "BAD");
			break;
		default:
			buf_put(&out, source.text + t->span.start, t->span.end - t->span.start);
		}
	}
	tokens_free(&tokens);
	source_fini(&source);
	return buf_take(&out);
}

static void expect_tokens(const char *text, const char *expected)
{
	struct diagnostics d = {0};
	char *got = lex(text, &d);
	ck_assert_str_eq(got, expected);
	ck_assert_uint_eq(d.count, 0);
	free(got);
}

static void expect_error(const char *text, uint32_t line, uint32_t column, const char *message)
{
	struct diagnostics d = {0};
	char *got = lex(text, &d);
	size_t len = strlen(got);
	ck_assert_str_eq(got + len - 3, "BAD");
	ck_assert_uint_eq(d.count, 1);
	ck_assert_str_eq(d.items[0].message, message);
	ck_assert_uint_eq(d.items[0].line, line);
	ck_assert_uint_eq(d.items[0].column, column);
	free(got);
	diagnostics_free(&d);
}

START_TEST(indentation_becomes_tokens)
{
	expect_tokens("", "END");
	expect_tokens("a", "a NL END");
	expect_tokens("if a:\n  b\nc\n", "if a : NL IN b NL DE c NL END");
	expect_tokens("if a:\n  if b:\n    c\n", "if a : NL IN if b : NL IN c NL DE DE END");
	expect_tokens("if a:\n\tb\n\tc", "if a : NL IN b NL c NL DE END");
}
END_TEST

START_TEST(blank_lines_and_comments_do_not_count)
{
	expect_tokens("\n\n  \n# x\na # y\n    # z\n\nb\n", "a NL b NL END");
	expect_tokens("if a:\n\n    # deep\n  b\n # shallow\n  c\n",
	              "if a : NL IN b NL c NL DE END");
	expect_tokens("a\n   ", "a NL END");
}
END_TEST

START_TEST(lines_are_joined_by_brackets_and_backslashes)
{
	expect_tokens("f(1,\n  2)\n", "f ( 1 , 2 ) NL END");
	expect_tokens("a = 1 + \\\n   2\n", "a = 1 + 2 NL END");
	expect_tokens("x = [ # one\n 1\n\n]\n", "x = [ 1 ] NL END");
}
END_TEST

START_TEST(the_longest_operator_wins)
{
	expect_tokens("a**=b//c->d:=e!=f...", "a **= b // c -> d := e != f ... NL END");
	expect_tokens("a<<=b>>c<=d<e", "a <<= b >> c <= d < e NL END");
}
END_TEST

START_TEST(numbers_come_in_all_forms)
{
	expect_tokens("1_000 0xFF 0o17 0b1_0 1.5 .5 5. 1e3 1E-3 0 00 1j",
	              "1_000 0xFF 0o17 0b1_0 1.5 .5 5. 1e3 1E-3 0 00 1j NL END");
	expect_tokens("1if 2else 3", "1 if 2 else 3 NL END");
	expect_tokens("1..real", "1. . real NL END");
	expect_error("012", 1, 1,
	             "leading zeros in decimal integer literals are not permitted; "
	             "use an 0o prefix for octal integers");
	expect_error("0b12", 1, 4, "invalid digit '2' in binary literal");
	expect_error("1__0", 1, 2, "invalid decimal literal");
	expect_error("12abc", 1, 2, "invalid decimal literal");
}
END_TEST

START_TEST(strings_have_prefixes_and_three_quotes)
{
	expect_tokens("'a' \"b\" r'\\d' b'' Rb'x' u'y'", "'a' \"b\" r'\\d' b'' Rb'x' u'y' NL END");
	expect_tokens("'''a\nb''' 'it\\'s'", "'''a\nb''' 'it\\'s' NL END");
	expect_tokens("br bare", "br bare NL END");
	expect_error("x = 'abc\n", 1, 5, "unterminated string literal (detected at line 1)");
	expect_error("'''a\nb\n", 1, 1,
	             "unterminated triple-quoted string literal (detected at line 2)");
}
END_TEST

START_TEST(f_strings_are_taken_apart)
{
	expect_tokens("f'a{b}c'", "f' a { b } c ' NL END");
	expect_tokens("f'{{{a}}}'", "f' {{ { a } }} ' NL END");
	expect_tokens("f'{a!r:>{w}.2f}'", "f' { a ! r : > { w } .2f } ' NL END");
	expect_tokens("f'{a != b}'", "f' { a != b } ' NL END");
	expect_tokens("f'{d[\"k\"]}'", "f' { d [ \"k\" ] } ' NL END");
	expect_tokens("f'{f'{x}'}'", "f' { f' { x } ' } ' NL END");
	expect_tokens("f'''{\na\n}'''", "f''' { a } ''' NL END");
	expect_tokens("rf'\\{a}'", "rf' \\ { a } ' NL END");
	expect_tokens("f'{x:%H:%M}'", "f' { x : %H:%M } ' NL END");
	expect_error("f'}'", 1, 3, "f-string: single '}' is not allowed");
	expect_error("f'{a'", 1, 5, "f-string: expecting '}'");
	expect_error("f'{a)}'", 1, 5, "f-string: unmatched ')'");
	expect_error("f'a", 1, 1, "unterminated f-string literal (detected at line 1)");
}
END_TEST

START_TEST(brackets_must_match)
{
	expect_error("x = )", 1, 5, "unmatched ')'");
	expect_error("(1]", 1, 3,
	             "closing parenthesis ']' does not match opening parenthesis '('");
	expect_error("(1,\n2]", 2, 2,
	             "closing parenthesis ']' does not match opening parenthesis '(' on line 1");
	expect_error("f(1,\n2\n", 1, 2, "'(' was never closed");
}
END_TEST

START_TEST(bad_indentation_is_refused)
{
	expect_error("if a:\n    b\n  c\n", 3, 3,
	             "unindent does not match any outer indentation level");
	expect_error("if a:\n\tb\n        c\n", 3, 9,
	             "inconsistent use of tabs and spaces in indentation");
	expect_error("if a:\n        b\n\tc\n", 3, 2,
	             "inconsistent use of tabs and spaces in indentation");
}
END_TEST

START_TEST(characters_that_are_no_python_are_named)
{
	expect_error("x = \xe2\x80\x9chi\xe2\x80\x9d", 1, 5, "invalid character '\xe2\x80\x9c' (U+201C)");
	expect_error("x\xc2\xa0= 1", 1, 2, "invalid non-printable character U+00A0");
	expect_error("a \\ b", 1, 3, "unexpected character after line continuation character");
	expect_error("a\x01", 1, 2, "invalid non-printable character U+0001");
	expect_tokens("caf\xc3\xa9 = 1", "caf\xc3\xa9 = 1 NL END");
}
END_TEST

START_TEST(line_ends_of_all_kinds_are_the_same)
{
	expect_tokens("a\r\nb\rc\n", "a NL b NL c NL END");
	expect_tokens("\xef\xbb\xbf" "a\r\n", "a NL END");
}
END_TEST

START_TEST(nesting_has_limits)
{
	enum { MANY = 10000 };
	struct buf text = {0};
	buf_fill(&text, '(', MANY);
	expect_error(buf_text(&text), 1, BRACKETS_MAX + 1, "too many nested parentheses");
	buf_reset(&text);
	for (unsigned i = 0; i < INDENTS_MAX + 1; i++) {
		buf_fill(&text, ' ', i);
		buf_puts(&text, "if a:\n");
	}
	expect_error(buf_text(&text), INDENTS_MAX + 1, INDENTS_MAX + 1,
	             "too many levels of indentation");
	buf_free(&text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang/lexer");
	TCase *tokens = tcase_create("tokens");
	tcase_add_test(tokens, indentation_becomes_tokens);
	tcase_add_test(tokens, blank_lines_and_comments_do_not_count);
	tcase_add_test(tokens, lines_are_joined_by_brackets_and_backslashes);
	tcase_add_test(tokens, the_longest_operator_wins);
	tcase_add_test(tokens, numbers_come_in_all_forms);
	tcase_add_test(tokens, strings_have_prefixes_and_three_quotes);
	tcase_add_test(tokens, f_strings_are_taken_apart);
	tcase_add_test(tokens, line_ends_of_all_kinds_are_the_same);
	suite_add_tcase(suite, tokens);
	TCase *errors = tcase_create("errors");
	tcase_add_test(errors, brackets_must_match);
	tcase_add_test(errors, bad_indentation_is_refused);
	tcase_add_test(errors, characters_that_are_no_python_are_named);
	tcase_add_test(errors, nesting_has_limits);
	suite_add_tcase(suite, errors);
	return suite_main(suite);
}
