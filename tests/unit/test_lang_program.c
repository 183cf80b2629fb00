/* lang: whole programs and what CPython prints for them, one row a fact. */
#include "base/mem.h"
#include "vm_kit.h"

enum group {
	CALLS, CLASSES, EXCEPTIONS, GENERATORS, COROUTINES, COLLECTING, LIMITS, MATCH, GROUP_COUNT
};

static const char *const group_names[GROUP_COUNT] = {
	"calls", "classes", "exceptions", "generators",
	"coroutines", "collecting", "limits", "match",
};

static const struct {
	enum group group;
	const char *fact, *program, *output;
} rows[] = {
#define ROW(group, fact, program, output) {group, fact, program, output},
#include "lang_program_rows.def"
#undef ROW
};

static void run_group(enum group group)
{
	unsigned ran = 0;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].group != group)
			continue;
		kit_prints(rows[i].fact, rows[i].program, rows[i].output);
		ran++;
	}
	ck_assert_uint_gt(ran, 0);
}

START_TEST(programs_print_what_cpython_prints)
{
	run_group((enum group)_i);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang program");
	for (int g = 0; g < GROUP_COUNT; g++) {
		TCase *c = tcase_create(group_names[g]);
		tcase_set_timeout(c, 120);
		tcase_add_loop_test(c, programs_print_what_cpython_prints, g, g + 1);
		suite_add_tcase(suite, c);
	}
	return suite_main(suite);
}
