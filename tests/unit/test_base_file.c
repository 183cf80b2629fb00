/* base/file: reading whole files, and writing them whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "suite.h"

static char folder[] = "/tmp/simmer-file-XXXXXX";
static char path[64];

static void make_folder(void)
{
	memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/result", folder);
}

static void remove_folder(void)
{
	unlink(path);
	ck_assert_msg(rmdir(folder) == 0, "a part of a file was left behind");
}

START_TEST(a_file_reads_back_as_it_was_written)
{
	struct file_writer w;
	struct buf why = {0}, text = {0};
	ck_assert_int_eq(file_begin(&w, path, false, &why), 0);
	fputs("rice\n", w.stream);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_int_eq(file_commit(&w, &why), 0);
	ck_assert_int_eq(file_read(path, 100, &text, &why), 0);
	ck_assert_str_eq(buf_text(&text), "rice\n");
	buf_free(&text);
	buf_free(&why);
}
END_TEST

START_TEST(an_existing_file_is_kept_unless_forced)
{
	struct file_writer w;
	struct buf why = {0}, text = {0};
	ck_assert_int_eq(file_begin(&w, path, false, &why), 0);
	fputs("old", w.stream);
	ck_assert_int_eq(file_commit(&w, &why), 0);
	ck_assert_int_eq(file_begin(&w, path, false, &why), -ERR_EXISTS);
	ck_assert_ptr_nonnull(strstr(buf_text(&why), "--force"));
	ck_assert_int_eq(file_begin(&w, path, true, &why), 0);
	fputs("new", w.stream);
	file_abandon(&w);
	ck_assert_int_eq(file_read(path, 100, &text, &why), 0);
	ck_assert_str_eq(buf_text(&text), "old");
	buf_free(&text);
	buf_free(&why);
}
END_TEST

START_TEST(while_it_is_written_the_folder_is_as_before)
{
	struct file_writer w;
	struct buf why = {0};
	ck_assert_int_eq(file_begin(&w, path, false, &why), 0);
	fputs("half", w.stream);
	fflush(w.stream);
	if (w.kind == FILE_UNNAMED)
		ck_assert_msg(rmdir(folder) == 0 && mkdir(folder, 0700) == 0,
		              "something was there already");
	file_abandon(&w);
	buf_free(&why);
}
END_TEST

START_TEST(forced_it_takes_the_place_of_the_old_one)
{
	struct file_writer w;
	struct buf why = {0}, text = {0};
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(file_begin(&w, path, true, &why), 0);
		fputs(i ? "new" : "old, and longer", w.stream);
		ck_assert_int_eq(file_commit(&w, &why), 0);
	}
	ck_assert_int_eq(file_read(path, 100, &text, &why), 0);
	ck_assert_str_eq(buf_text(&text), "new");
	buf_free(&text);
	buf_free(&why);
}
END_TEST

START_TEST(a_file_that_appears_meanwhile_is_kept)
{
	struct file_writer w;
	struct buf why = {0}, text = {0};
	ck_assert_int_eq(file_begin(&w, path, false, &why), 0);
	bool unnamed = w.kind == FILE_UNNAMED;
	fputs("ours", w.stream);
	FILE *other = fopen(path, "w");
	fputs("theirs", other);
	fclose(other);
	int error = file_commit(&w, &why);
	ck_assert_int_eq(file_read(path, 100, &text, &why), 0);
	if (unnamed) {
		ck_assert_int_eq(error, -ERR_EXISTS);
		ck_assert_str_eq(buf_text(&text), "theirs");
	}
	buf_free(&text);
	buf_free(&why);
}
END_TEST

START_TEST(a_device_is_written_to_and_stays_one)
{
	struct file_writer w;
	struct buf why = {0};
	struct stat st;
	ck_assert_int_eq(file_begin(&w, "/dev/null", true, &why), 0);
	fputs("gone", w.stream);
	ck_assert_int_eq(file_commit(&w, &why), 0);
	ck_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	ck_assert_int_eq(file_begin(&w, "/dev/full", false, &why), 0);
	fputs("lost", w.stream);
	ck_assert_int_eq(file_commit(&w, &why), -ERR_WRITE);
	ck_assert_ptr_nonnull(strstr(buf_text(&why), "No space left"));
	buf_free(&why);
}
END_TEST

START_TEST(a_link_stays_a_link)
{
	struct file_writer w;
	struct buf why = {0}, text = {0};
	struct stat st;
	char link_path[80];
	snprintf(link_path, sizeof link_path, "%s/link", folder);
	FILE *old = fopen(path, "w");
	fclose(old);
	ck_assert_int_eq(symlink("result", link_path), 0);
	ck_assert_int_eq(file_begin(&w, link_path, true, &why), 0);
	fputs("new", w.stream);
	ck_assert_int_eq(file_commit(&w, &why), 0);
	ck_assert(lstat(link_path, &st) == 0 && S_ISLNK(st.st_mode));
	ck_assert_int_eq(file_read(path, 100, &text, &why), 0);
	ck_assert_str_eq(buf_text(&text), "new");
	unlink(link_path);
	buf_free(&text);
	buf_free(&why);
}
END_TEST

START_TEST(a_full_disk_leaves_no_file)
{
	struct file_writer w;
	struct buf why = {0};
	ck_assert_int_eq(file_begin(&w, path, false, &why), 0);
	fclose(w.stream);
	w.stream = fopen("/dev/full", "w");
	fputs("lost", w.stream);
	ck_assert_int_eq(file_commit(&w, &why), -ERR_WRITE);
	ck_assert_ptr_nonnull(strstr(buf_text(&why), "No space left"));
	ck_assert_int_ne(access(path, F_OK), 0);
	buf_free(&why);
}
END_TEST

START_TEST(what_cannot_be_read_says_why)
{
	struct buf why = {0}, text = {0};
	ck_assert_int_eq(file_read(folder, 100, &text, &why), -ERR_IS_DIR);
	ck_assert_ptr_nonnull(strstr(buf_text(&why), "is a directory"));
	ck_assert_int_eq(file_read(path, 100, &text, &why), -ERR_OPEN);
	ck_assert_ptr_nonnull(strstr(buf_text(&why), "No such file"));
	ck_assert_int_eq(file_read("/dev/zero", 1 << 20, &text, &why), -ERR_READ);
	ck_assert_ptr_nonnull(strstr(buf_text(&why), "too large"));
	buf_free(&text);
	buf_free(&why);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("file");
	TCase *c = tcase_create("file");
	tcase_add_checked_fixture(c, make_folder, remove_folder);
	tcase_add_test(c, a_file_reads_back_as_it_was_written);
	tcase_add_test(c, an_existing_file_is_kept_unless_forced);
	tcase_add_test(c, while_it_is_written_the_folder_is_as_before);
	tcase_add_test(c, forced_it_takes_the_place_of_the_old_one);
	tcase_add_test(c, a_file_that_appears_meanwhile_is_kept);
	tcase_add_test(c, a_device_is_written_to_and_stays_one);
	tcase_add_test(c, a_link_stays_a_link);
	tcase_add_test(c, a_full_disk_leaves_no_file);
	tcase_add_test(c, what_cannot_be_read_says_why);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
