# Hold the house to src/FLOORS: usage  awk -f floors.awk src/FLOORS FILES...
# The first file says which folder may include which; in the others every
# include line of the form "floor/name" is checked against it.

FILENAME == ARGV[1] {
	if ($0 ~ /^[a-z]+[ ]*:/) {
		split($0, part, ":")
		gsub(/ /, "", part[1])
		known[part[1]] = 1
		n = split(part[2], lower, " ")
		for (i = 1; i <= n; i++)
			allowed[part[1], lower[i]] = 1
	}
	next
}

/^#[ ]*include[ ]*"/ {
	split(FILENAME, path, "/")
	floor = path[2]
	split($0, quoted, "\"")
	split(quoted[2], where, "/")
	if (!(floor in known)) {
		printf "%s: folder %s is not in src/FLOORS\n", FILENAME, floor
		bad = 1
	} else if (!(where[1] in known)) {
		printf "%s:%d: include \"%s\" does not name its floor\n", FILENAME, FNR, quoted[2]
		bad = 1
	} else if (where[1] != floor && !((floor, where[1]) in allowed)) {
		printf "%s:%d: %s may not include from %s\n", FILENAME, FNR, floor, where[1]
		bad = 1
	}
}

/^#[ ]*include[ ]*<(curses|ncurses|ncursesw\/)/ && FILENAME !~ /^src\/tui\// {
	printf "%s:%d: only src/tui includes curses\n", FILENAME, FNR
	bad = 1
}

END { exit bad }
