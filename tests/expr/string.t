# Strings, characters, symbols, regular expressions.

> "hello"

> "a\tb\n\"q\" \$ \\ é"

> "a$(1+2)b"

> x = 5; "x is $x, twice $(2x)"

> "$([1,2]) $(:a) $("s") $(1.5) $(nothing)"

> "a" * "b"

> "ab"^3

> string("a", 1, :b, 2.5)

> string(1.0), string(1f0), string('a'), string([1,2])

> length("héllo"), endof("héllo")

> "abc" == "abc", "abc" < "abd"

> 'a'

> '\n'

> 'a' + 1

> 'b' - 'a'

> Int('a')

> Char(98)

> uppercase("abc"), lowercase("ABC")

> split("a,b,c", ",")

> split("a b  c")

> join(["a","b"], "-")

> join([1,2,3], ", ")

> replace("hello", "l", "L")

> contains("hello", "ell")

> startswith("hello", "he"), endswith("hello", "lo")

> strip("  a  ")

> "abc"[2], "abc"[1:2]

> "abc"[5]

> parse("1 + 2")

> parse(Int, "42")

> parse(Float64, "2.5")

> parse(Int, "4x")

> :a

> :(a + b)

> Symbol("abc")

> string(:abc)

> r"a+b"

> ismatch(r"a+b", "xaab")

> ismatch(r"^b", "ab")

> match(r"(\d+)-(\d+)", "10-20")

> match(r"z", "a")

> replace("a1b22", r"\d+", "#")

> ismatch(r"HELLO"i, "hello")

> search("hello", "l")

> repeat("ab", 2)

> reverse("abc")

> isempty(""), isempty("a")

> """
> two
>   lines
> """

> """a "quoted" word"""

> repr("a\nb")

> repr([1,2])

> lpad("1", 3), rpad("1", 3), lpad(5, 3, "0")

> hex(255), bin(5), oct(8)

> 'a' < 'b', 'a' == 'a'

> isalpha('a'), isdigit('1')

> collect("abc")

> [c for c in "ab"]

> "a" < "b" < "c"

> typeof("a"), typeof('a'), typeof(:a), typeof(r"a")

> string("x = ", 3)

> "a" + 1

> chomp("a\n")

> float("1.5")

> utf8("a")
! NAME

> search("abc", 'c')

> map(uppercase, ["a","b"])

> sort(["b","a"])

> "日本"[1]

> ascii("a")
