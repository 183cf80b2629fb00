/*
 * What simmer makes of a run: text, pictures, recordings, traces. One function a
 * subcommand; each returns the exit status and has said what was wrong.
 */
#ifndef PRODUCE_H
#define PRODUCE_H

struct course;
struct options;

int do_trace(const struct options *o, const struct course *course);
int do_export(const struct options *o, const struct course *course);
int do_record(const struct options *o, const struct course *course);

#endif
