# The methods of str.
s = "  Hello, World  "
print(repr(s.strip()), repr(s.lstrip()), repr(s.rstrip()), s.strip().lower(), s.strip().upper())
print("a,b,,c".split(","), " a  b c ".split(), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), "".split(), "".split(","))
print("-".join(["a", "b"]), "".join(map(str, range(5))), "x\ny\r\nz".splitlines(), "a\n".splitlines(True))
print("abcabc".replace("b", "X"), "aaa".replace("a", "b", 2), "abc".replace("", "-"))
print("hello".find("l"), "hello".rfind("l"), "hello".find("z"), "hello".index("e"), "hello".count("l"), "aaa".count("aa"))
print("hello".startswith("he"), "hello".endswith(("lo", "x")), "hello".startswith("l", 2), "ell" in "hello", "" in "a")
print("title case here".title(), "hello".capitalize(), "aBc".swapcase(), "ß".upper(), "STRASSE".casefold())
print("x".center(5, "*"), "x".ljust(3) + "|", "x".rjust(3), "7".zfill(3), "-7".zfill(4), "ab".center(5) + "|")
print("abc".isalpha(), "12".isdigit(), "a1".isalnum(), " ".isspace(), "Ab".isupper(), "ab".islower(), "".isdigit(), "½".isnumeric())
print("key=value=x".partition("="), "key=value=x".rpartition("="), "none".partition("="))
print("prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "xxhixx".strip("x"), "abcba".lstrip("ab"))
print("a\tb".expandtabs(4), ord("a"), chr(960), chr(0x1f35a), len("🍚é"), "🍚é"[0])
print(repr("it's"), repr('say "hi"'), repr("both ' and \""), repr("tab\tnew\nline\\ \x00 \x7f é 🍚 \u200b"))
print("a" * 3, 3 * "ab", "a" "b" 'c', r"raw\n", "a" < "b", "Z" < "a", "abc" < "abd", "" or "empty")
print("""triple
  line""", 'single \
continued')
print("abc"[1], [*"abc"], tuple("ab"), sorted("hello"), list(reversed("abc")), max("abc"), "abc".index("c"))
print("é".encode(), b"abc".decode(), "%d%%" % 5, "{}".format("x"), "a.b".isidentifier(), "ab".isidentifier())
print("Hello".translate({72: "J", 101: None}), "abc".translate(str.maketrans("ab", "xy")))
for bad in (lambda: "a".index("b"), lambda: ",".join([1]), lambda: "a" - "b", lambda: "abc".foo, lambda: "a" * "b",
            lambda: len(5), lambda: ord("ab"), lambda: "a".split(""), lambda: "x" in 5, lambda: 5 in "x"):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
