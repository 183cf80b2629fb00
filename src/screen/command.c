/* Keys to commands, by walking the table. */
#include "screen/command.h"

#include <string.h>

#include "screen/key.h"

const struct command_info command_infos[CMD_COUNT] = {
	{"NONE", "", CONTEXT_BOTH, ARGUMENT_NONE, "", "", ""},
#define COMMAND(name, keys, context, argument, label, short_, what)                      \
	{#name, keys, CONTEXT_##context, ARGUMENT_##argument, label, short_, what},
#include "screen/command.def"
#undef COMMAND
};

/* Whether `keys`, names between blanks, has the key `code`. */
static int has_key(const char *keys, uint32_t code)
{
	while (*keys) {
		size_t n = strcspn(keys, " ");
		if (key_by_name(keys, n).code == code)
			return 1;
		keys += n;
		keys += strspn(keys, " ");
	}
	return 0;
}

enum command command_of_key(uint32_t code, enum context context)
{
	for (int i = 1; i < CMD_COUNT; i++) {
		const struct command_info *info = &command_infos[i];
		if ((info->context == CONTEXT_BOTH || info->context == context) &&
		    has_key(info->keys, code))
			return (enum command)i;
	}
	return CMD_NONE;
}
