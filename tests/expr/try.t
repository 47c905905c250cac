# let and try. What is caught is the value that was thrown, or an exception of the kind that the error is; limits are not.

> let a = 1; a + 1 end
2

> let a = 1, b = a + 1; a * b end
2

> x = 5; let x = x + 1; x = x * 2; x end
12

> x = 5; let x = x + 1; x = x * 2; x end; x
5

> x = 5; let y = 1; x = y end; x
1

> let y = 1 end; isdefined(:y)
false

> f = let n = 0; () -> (n += 1; n) end; (f(), f(), f())
(1,2,3)

> try error("boo") catch e; e end
ErrorException("boo")

> try error("boo") catch e; "caught: " * e.msg end
"caught: boo"

> try 1 + 1 catch 0 end
2

> x = 1; try x = 2; error("a"); x = 3 catch end; x
2

> try sqrt(-1.0) catch e; "no" end
"no"

> try nonesuch(1) catch e; e end
UndefVarError("`nonesuch` is not defined")

> f(x) = try [1,2,3][x] catch 0 end; (f(1), f(5), f(3))
(1,0,3)

> f(x) = x == 0 ? error("deep") : f(x - 1); try f(20) catch e; e end
ErrorException("deep")

> log = []; try push!(log, 1); error("x") catch; push!(log, 2) finally push!(log, 3) end; log == [1,2,3]
true

> log = []; r = try try error("x") finally push!(log, 1) end catch e; e end; (r, length(log))
(ErrorException("x"),1)

> try error("a") catch e; error("b: " * e.msg) end
! EVAL b: a

> s = 0; for i = 1:5; try i == 3 && error("x"); s += i; catch; s += 100; end; end; s
112

> s = 0; for i = 1:5; try i == 3 && continue; i == 5 && break; s += i; catch; s += 100; end; end; s
7

> f() = try return 1 catch 2 end; f()
1

> f() = try return 1 finally 2 end; f()
! SYNTAX return, break and continue cannot leave a try that has a finally

> map(x -> try 1 ÷ x catch -1 end, [1, 0, 2])
3-element Array{Int64,1}:
  1
 -1
  0

> try while true; end catch 1 end
! LIMIT the evaluation took more than 100000000 steps

> f(x) = f(x + 1); try f(1) catch 1 end
! LIMIT calls are nested more than 200 deep

> try map(x -> error("in map"), [1]) catch e; e end
ErrorException("in map")

> :(try a catch e; b finally c end)
:(try
    a
catch e
    b
finally
    c
end)

> :(let a = 1, b; a end)
:(let a = 1,b
    a
end)

> try try error("x") catch e; error("y") end catch e; e end
ErrorException("y")

> g = 1; f() = (try g2 = 5; error("q") catch e; e end); f()
ErrorException("q")

> f(n) = (x = 0; try x = n; error("z") catch; end; x); f(4)
4

> catch
! SYNTAX expected a value, found catch

> try 1
! INCOMPLETE the text ends where a new line, ; or end is expected

> let 1 = 2 end
! SYNTAX a literal cannot be assigned to; == compares

> try error("boom") catch e; (typeof(e), e.msg, isa(e, Exception)) end
(ErrorException,"boom",true)

> try [1][2] catch e; typeof(e) end
BoundsError

> try 1 ÷ 0 catch e; isa(e, DivideError) end
true

> try sqrt(-1) catch e; (isa(e, DomainError), e isa BoundsError) end
(true,false)

> try Dict()[1] catch e; e end
KeyError("the dictionary has no key 1")

> try nonesuch catch e; (typeof(e), e.var) end
(UndefVarError,:nonesuch)

> try "a" + 1 catch e; typeof(e) end
MethodError

> try convert(Int, 2.5) catch e; e end
InexactError("2.5 does not fit in Int64 exactly")

> try throw(42) catch e; e + 1 end
43

> try map(x -> throw((x, [x])), [5]) catch e; e end
(5,[5])

> try throw(ArgumentError("bad")) catch e; (e, e.msg) end
(ArgumentError("bad"),"bad")

> throw(ArgumentError("bad"))
! EVAL ArgumentError: bad

> throw(DomainError())
! EVAL DomainError

> throw((1, 2))
! EVAL (1,2)

> try try [1][3] catch e; rethrow() end catch e; typeof(e) end
BoundsError

> try [1][3] catch e; rethrow(e) end
! BOUNDS BoundsError: index 3 is out of range for a 1-element array

> try [1][3] finally 1 end
! BOUNDS BoundsError: index 3 is out of range for a 1-element array

> try try throw(7) finally 1 end catch e; e end
7

> rethrow()
! ARG rethrow() needs something that was caught

> sprint(showerror, ErrorException("hm")), sprint(showerror, KeyError("k"))
("hm","KeyError: k")

> f(x) = x == 1 ? error("one") : x == 2 ? [1][2] : sqrt(-x); g(x) = try f(x) catch e; isa(e, BoundsError) ? "b" : isa(e, DomainError) ? "d" : e.msg end; map(g, 1:3)
3-element Array{String,1}:
 "one"
 "b"
 "d"

> try error("é"^400) catch e; length(e.msg) end
400

> (DivideError(), ErrorException("a") == ErrorException("a"), ArgumentError <: Exception, ErrorException <: ArgumentError)
(DivideError(),true,true,false)

> try error("x") catch e; e.nope end
! TYPE ErrorException has no field nope, its text is in msg
