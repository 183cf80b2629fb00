/*
 * screen: key scripts. Each tests/keys/NAME.keys says which trace is shown, how large the
 * screen is and which keys are pressed; NAME.screen is what must then be seen, cell for
 *cell. With BLESS=1 in the environment the .screen files are written anew instead.
 *
 *	trace FILE        a trace beside the script; without it the gallery is shown
 *	size COLS ROWS    80 24 if it is not said
 *	ascii             draw with ASCII only
 *	play MS           let that much time pass while playing, in frames
 *	show              add what is seen now to the .screen
 *	KEY ...           anything else: keys by their names
 *	# ...             a comment
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "screen/screen.h"
#include "suite.h"
#include "trace/text.h"
#include "trace/trace.h"
#include "view/view.h"

#define MS INT64_C(1000000)

static glob_t scripts;

struct script {
	const char *path;
	struct screen *screen;
	struct view *view;
	struct trace *trace;
	struct grid grid;
	struct buf seen;
	int64_t now_ns;
};

static const struct gallery_entry entries[] = {
	{"one_cook", "Concurrency", "One cook, three dishes"},
	{"coroutine", "Coroutines and the loop",
         "A coroutine object does nothing until it is awaited"},
	{"event_loop", "Coroutines and the loop", "The event loop switches at await"},
	{"gather", "Waiting for several", "Results in the order of the arguments"},
	{"blocking_call", "Mistakes", "A blocking call holds up everyone"},
};

static void open_trace(struct script *s, const char *name)
{
	struct buf path = {0}, why = {0};
	buf_put(&path, s->path, (size_t)(strrchr(s->path, '/') - s->path) + 1);
	buf_puts(&path, name);
	FILE *in = fopen(buf_text(&path), "r");
	ck_assert_msg(in != NULL, "%s cannot be opened", buf_text(&path));
	ck_assert_msg(trace_read(in, &s->trace, &why) == 0, "%s: %s", buf_text(&path),
	              buf_text(&why));
	fclose(in);
	s->view = view_new(s->trace);
	view_update(s->view, 0);
	screen_show(s->screen, s->view, false);
	buf_free(&path);
	buf_free(&why);
}

static void play(struct script *s, int ms)
{
	int64_t end = s->now_ns + ms * MS;
	while (screen_playing(s->screen) && screen_due_ns(s->screen) <= end) {
		int64_t due = screen_due_ns(s->screen);
		s->now_ns = due > s->now_ns ? due : s->now_ns;
		screen_advance(s->screen, s->now_ns);
	}
	s->now_ns = end;
	screen_advance(s->screen, end);
}

static void show(struct script *s)
{
	screen_draw(s->screen, &s->grid);
	for (int y = 0; y < s->grid.rows; y++) {
		grid_row_text(&s->grid, y, &s->seen);
		buf_putc(&s->seen, '\n');
	}
}

static void press(struct script *s, const char *word)
{
	struct key key = key_by_name(word, strlen(word));
	ck_assert_msg(key.code != 0, "%s: no such key: %s", s->path, word);
	screen_key(s->screen, &key, s->now_ns);
}

static void run_line(struct script *s, char *line)
{
	char *rest;
	char *word = strtok_r(line, " \n", &rest);
	if (!word || (word[0] == '#' && !word[1]))
		return;
	if (!strcmp(word, "trace")) {
		open_trace(s, strtok_r(NULL, " \n", &rest));
	} else if (!strcmp(word, "size")) {
		int cols = atoi(strtok_r(NULL, " \n", &rest));
		screen_resize(s->screen, cols, atoi(strtok_r(NULL, " \n", &rest)));
	} else if (!strcmp(word, "play")) {
		play(s, atoi(strtok_r(NULL, " \n", &rest)));
	} else if (!strcmp(word, "show")) {
		show(s);
	} else if (strcmp(word, "ascii") != 0) {
		for (; word; word = strtok_r(NULL, " \n", &rest))
			press(s, word);
	}
}

/* The rows that differ, old and new: libcheck's own messages are too short for a screen.
 */
static void print_difference(const char *path, const char *old, const char *new)
{
	fprintf(stderr, "%s:\n", path);
	while (*old || *new) {
		int old_len = (int)strcspn(old, "\n"), new_len = (int)strcspn(new, "\n");
		if (old_len != new_len || memcmp(old, new, (size_t)old_len) != 0)
			fprintf(stderr, "-%.*s\n+%.*s\n", old_len, old, new_len, new);
		old += old_len + (old[old_len] == '\n');
		new += new_len + (new[new_len] == '\n');
	}
}

static void compare(const char *path, const struct buf *seen)
{
	struct buf expected = {0}, why = {0};
	if (getenv("BLESS")) {
		FILE *out = fopen(path, "w");
		ck_assert_ptr_nonnull(out);
		fwrite(buf_text(seen), 1, seen->len, out);
		fclose(out);
		return;
	}
	ck_assert_msg(file_read(path, 1 << 20, &expected, &why) == 0, "%s",
	              buf_text(&why));
	if (strcmp(buf_text(&expected), buf_text(seen)) != 0) {
		print_difference(path, buf_text(&expected), buf_text(seen));
		ck_abort_msg("%s differs", path);
	}
	buf_free(&expected);
	buf_free(&why);
}

START_TEST(keys_lead_to_the_screen_that_was_agreed)
{
	struct script s = {.path = scripts.gl_pathv[_i]};
	struct buf text = {0}, why = {0}, screen_path = {0};
	ck_assert_msg(file_read(s.path, 1 << 20, &text, &why) == 0, "%s", buf_text(&why));
	s.screen = screen_new(&(struct screen_options){
		.ascii = strstr(buf_text(&text), "\nascii\n") != NULL,
		.gallery = {entries, sizeof entries / sizeof entries[0]},
	});
	screen_resize(s.screen, 80, 24);
	char *rest;
	for (char *line = strtok_r(text.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		run_line(&s, line);
	if (!s.seen.len)
		show(&s);
	buf_put(&screen_path, s.path, strlen(s.path) - strlen(".keys"));
	buf_puts(&screen_path, ".screen");
	compare(buf_text(&screen_path), &s.seen);
	screen_free(s.screen);
	view_free(s.view);
	trace_free(s.trace);
	grid_free(&s.grid);
	buf_free(&s.seen);
	buf_free(&text);
	buf_free(&why);
	buf_free(&screen_path);
}
END_TEST

int main(void)
{
	if (glob("tests/keys/*.keys", 0, NULL, &scripts) != 0) {
		fputs("no tests/keys/*.keys here: run from the top of the tree\n",
		      stderr);
		return EXIT_FAILURE;
	}
	Suite *suite = suite_create("screen/keys");
	TCase *c = tcase_create("keys");
	tcase_add_loop_test(c, keys_lead_to_the_screen_that_was_agreed, 0,
	                    (int)scripts.gl_pathc);
	suite_add_tcase(suite, c);
	int status = suite_main(suite);
	globfree(&scripts);
	return status;
}
