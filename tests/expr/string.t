# Strings, characters, symbols, regular expressions.

> "hello"
"hello"

> "a\tb\n\"q\" \$ \\ é"
"a\tb\n\"q\" \$ \\ é"

> "a$(1+2)b"
"a3b"

> x = 5; "x is $x, twice $(2x)"
"x is 5, twice 10"

> "$([1,2]) $(:a) $("s") $(1.5) $(nothing)"
"[1,2] a s 1.5 nothing"

> "a" * "b"
"ab"

> "ab"^3
"ababab"

> string("a", 1, :b, 2.5)
"a1b2.5"

> string(1.0), string(1f0), string('a'), string([1,2])
("1.0","1.0","a","[1,2]")

> length("héllo"), endof("héllo")
(5,6)

> "abc" == "abc", "abc" < "abd"
(true,true)

> 'a'
'a'

> '\n'
'\n'

> 'a' + 1
'b'

> 'b' - 'a'
1

> Int('a')
97

> Char(98)
'b'

> uppercase("abc"), lowercase("ABC")
("ABC","abc")

> split("a,b,c", ",")
3-element Array{String,1}:
 "a"
 "b"
 "c"

> split("a b  c")
3-element Array{String,1}:
 "a"
 "b"
 "c"

> join(["a","b"], "-")
"a-b"

> join([1,2,3], ", ")
"1, 2, 3"

> replace("hello", "l", "L")
"heLLo"

> contains("hello", "ell")
true

> startswith("hello", "he"), endswith("hello", "lo")
(true,true)

> strip("  a  ")
"a"

> "abc"[2], "abc"[1:2]
('b',"ab")

> "abc"[5]
! BOUNDS BoundsError: index 5 is out of range for a string of 3 bytes

> parse("1 + 2")
! ARG ArgumentError: "1 + 2" is not the text of a number of type Float64

> parse(Int, "42")
42

> parse(Float64, "2.5")
2.5

> parse(Int, "4x")
! ARG ArgumentError: "4x" is not the text of a number of type Int64

> :a
:a

> :(a + b)
:(a + b)

> Symbol("abc")
:abc

> string(:abc)
"abc"

> r"a+b"
r"a+b"

> ismatch(r"a+b", "xaab")
true

> ismatch(r"^b", "ab")
false

> match(r"(\d+)-(\d+)", "10-20")
Dict{Symbol,Any} with 3 entries:
  :match    => "10-20"
  :captures => String["10","20"]
  :offset   => 1

> match(r"z", "a")

> replace("a1b22", r"\d+", "#")
"a#b#"

> ismatch(r"HELLO"i, "hello")
true

> search("hello", "l")
3:3

> repeat("ab", 2)
"abab"

> reverse("abc")
"cba"

> isempty(""), isempty("a")
(true,false)

> """
> two
>   lines
> """
"two\n  lines\n"

> """a "quoted" word"""
"a \"quoted\" word"

> repr("a\nb")
"\"a\\nb\""

> repr([1,2])
"[1,2]"

> lpad("1", 3), rpad("1", 3), lpad(5, 3, "0")
("  1","1  ","005")

> hex(255), bin(5), oct(8)
("ff","101","10")

> 'a' < 'b', 'a' == 'a'
(true,true)

> isalpha('a'), isdigit('1')
(true,true)

> collect("abc")
3-element Array{Any,1}:
 'a'
 'b'
 'c'

> [c for c in "ab"]
2-element Array{Any,1}:
 'a'
 'b'

> "a" < "b" < "c"
true

> typeof("a"), typeof('a'), typeof(:a), typeof(r"a")
(String,Char,Symbol,Regex)

> string("x = ", 3)
"x = 3"

> "a" + 1
! TYPE no method +(String, Int64)

> chomp("a\n")
"a"

> float("1.5")
1.5

> search("abc", 'c')
3

> map(uppercase, ["a","b"])
2-element Array{String,1}:
 "A"
 "B"

> sort(["b","a"])
2-element Array{String,1}:
 "a"
 "b"

> "日本"[1]
'日'
