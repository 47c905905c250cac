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
3-element Array{Char,1}:
 'a'
 'b'
 'c'

> [c for c in "ab"]
2-element Array{Char,1}:
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

> @sprintf("%d %5.2f|%-6s|%6s|%x|%c|%%", 42, pi, "ab", :c, 255, 'é')
"42  3.14|ab    |     c|ff|é|%"

> @sprintf("%s %s %s", [1,2], 1.5, nothing)
"[1,2] 1.5 nothing"

> @sprintf("%.3s|%+d|%05d|%e|%g", "héllo", 3, 42, 12345.678, 0.0001)
"hél|+3|00042|1.234568e+04|0.0001"

> @sprintf("%d", 1.5)
! OVERFLOW InexactError

> @sprintf("%d")
! ARG ArgumentError: the format has more conversions than there are values

> @sprintf("a", 1)
! ARG ArgumentError: the format has fewer conversions than there are values

> @sprintf("%n", 1)
! ARG ArgumentError: the format has a % that none of d i u x X o e f g a s c % follows

> @sprintf("%99999d", 1)
! ARG ArgumentError: the format asks for more than 10000 columns

> length(@sprintf("%10000.9999f", 1.0))
10001

> parse("1 + 2")
:(1 + 2)

> eval(parse("1 + 2"))
3

> (parse("42"), parse("1.5"), parse(":a"), parse("abc"))
(42,1.5,:(:a),:abc)

> length("ab"^1000003) == 2000006
true

> "héy"^3
"héyhéyhéy"

> "ab"^0
""

> try throw("x") catch e; e end
"x"

# Vectors of characters, and parts of strings with steps.
> ['a','b'], typeof(['a']), Char['a'], String(['a','b']), ['a' 'b'; 'c' 'd'], Char[], ['a', 1], Int.(['a']), Dict('a'=>1)
(['a','b'],Array{Char,1},['a'],"ab",['a' 'b'; 'c' 'd'],Char[],Any['a',1],[97],Dict('a'=>1))

> sort(collect("hello"))
5-element Array{Char,1}:
 'e'
 'h'
 'l'
 'l'
 'o'

> push!(['a'], 'b'), map(uppercase, ['a','b']), ['a','b'] .== 'a', reverse(['a','b']), vcat(['a'], ['b']), fill('x', 2), 'a' in ['a']
(['a','b'],['A','B'],Bool[true,false],['b','a'],['a','b'],['x','x'],true)

> push!(['a'], "b")
! TYPE cannot convert a value of type String to Char

> "hello"[end:-1:1], "hello"[1:2:end], "hello"[2:-1:1]
("olleh","hlo","eh")

> "héllo"[1:2:3]
! BOUNDS byte 3 of the string is inside a character

> "hello"[5:-1:0]
! BOUNDS index 0 is out of range
