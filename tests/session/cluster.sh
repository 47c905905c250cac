#!/bin/bash
# cluster.sh - the cluster's vocabulary on one host: stitch, message dictionaries, topology, names and files.
# shellcheck source=tests/session/common.sh
. "$top_srcdir/tests/session/common.sh"

says "stitch in ascending order" 'sow(:x, :([myid(), 10*myid()]));
stitch([4,2], :x)' '4-element Array\{Int64,1\}:\|  2\| 20\|  4\| 40'
says "stitch with another function" 'sow(:x, :([1.0*myid() 2.0]));
stitch([3,2], :x)
stitch([3,2], :x, hcat)
stitch([2,3], :(sum(x)), +)' '2x2 Array\{Float64,2\}:\| 2.0  2.0\| 3.0  2.0\|1x4 Array\{Float64,2\}:\| 2.0  2.0  3.0  2.0\|9.0'
says "stitch of what does not fit" 'sow(:x, :(zeros(2, myid())));
stitch([2,3], :x)' 'error: .*pid 3.*2x3.*2x2.*'
says "stitch by default from all" 'sow(:x, :(myid()));
stitch(:x)' '4-element Array\{Int64,1\}:\| 2\| 3\| 4\| 5'
says "message dictionaries" 'remotes = workers();
msgmaster = Dict(k=>0 for k in remotes);
sow(remotes, :somemsg, msgmaster );
isdefined(:somemsg)
[@spawnat k somemsg[k] = 2k for k in remotes];
(@fetchfrom remotes[1] somemsg)[3]
collectmsgs(:somemsg, remotes)
(@fetchfrom remotes[1] somemsg)[3]
swapmsgs(remotes, :somemsg)
(@fetchfrom remotes[1] somemsg)[3]
(@fetchfrom 5 somemsg)[2]' 'false\|0\|Dict\{Int64,Any\} with 4 entries:\|  2 => 4\|  3 => 6\|  4 => 8\|  5 => 10\|0\|6\|4'
says "timeit" 'sow(:m, :(Dict(k=>k for k in workers())));
t = ClusterUtils.@timeit 10 swapmsgs( workers(), :m );
0 < t < 1' 'true'
says "checksame" 'sow(:x, 1);
checksame(:x)
sow(3, :x, 2);
checksame(:x)' 'true\|false'
says "describepids on one host" 'describepids()
describepids(remote=2)
describepids(procs(); filterfn=(x)->ismatch(r"no such host", x))
describepids([4,3])' 'Dict\{Any,Any\} with 0 entries\|Dict\{Any,Any\} with 1 entry:\|  1 => \[1,2,3,4,5\]\|Dict\{Any,Any\} with 0 entries\|Dict\{Any,Any\} with 1 entry:\|  3 => \[3,4\]'
says "representatives" 'topo = describepids(remote=2);
reps = collect(keys(topo))
someworkers = reps+1
invtopology(topo)[4]
preferredorder(topo)
localpids()' '1-element Array\{Int64,1\}:\| 1\|1-element Array\{Int64,1\}:\| 2\|1(\|5-element Array\{Int64,1\}:\| 1\| 2\| 3\| 4\| 5){2}'
says "chunkit" 'c = chunkit(10, 3);
c[1]
c[3]
map(length, chunkit(2, 4))' '1:4\|8:10\|4-element Array\{Int64,1\}:\| 1\| 1\| 0\| 0'
says "dictify and lookup" 'alpha = 1;
alphabet = "x";
dictify(:alpha)
lookup(Main, r"^alpha")' 'Dict\{Symbol,Any\} with 1 entry:\|  :alpha => 1\|2-element Array\{Symbol,1\}:\| :alpha\| :alphabet'
says "reaprefs" 'r = reaprefs([2,3], :(myid()));
fetch(r[3])' '3'
says "display renders there" 'sow(2, :m, :([myid() 2.5]));
display(reaprefs(2, :m)[2])
display(2, :m)
display(@spawnat 3 "text")
display([1])
r = reaprefs(2, :m);
reap(2, :(m[1] = 7));
display(r[2])' '(1x2 Array\{Float64,2\}:\| 2.0  2.5\|){2}"text"\|1-element Array\{Int64,1\}:\| 1\|1x2 Array\{Float64,2\}:\| 7.0  2.5'
says "display of what failed, and of a released value" 'display(@spawnat 3 error("no such luck"))' 'error: .*pid 3: no such luck.*'
says "dictify in the order of names" 'b = 1; a = 2;
dictify(:b, :a)
dictify(:b, :none)' 'Dict\{Symbol,Any\} with 2 entries:\|  :a => 2\|  :b => 1\|error: .*none is not defined in Main.*'
mkdir "$tap_work/files"
touch "$tap_work/files/b.jlf" "$tap_work/files/a.jlf" "$tap_work/files/c.txt"
says "filterpaths" "length(filterpaths(\"$tap_work/files\", \"jlf\"))" '2'
if shell 'save("/tmp", 1)' | grep -q NOT_BUILT; then tap_skip "save and load" "built without HDF5"
else says "save and load" "R = [1,2,3]; X = \"Fnordic\"; v = randn(5);
save(\"$tap_work/temp.jlf\", v)
load(\"$tap_work/temp.jlf\") == v
save(\"$tap_work/temp.jlf\", :X, :R)
d = load(\"$tap_work/temp.jlf\");
typeof(d)
d[:R]
d[:X]" 'true\|Dict\{Symbol,Any\}\|3-element Array\{Int64,1\}:\| 1\| 2\| 3\|"Fnordic"'
fi
says "printing" 'println("x = ", 1 + 1)
print("a")
print("b\n")' 'x = 2\|ab'
says "printing elsewhere" '@everywhere println("I am ", myid())
reap(2, :(begin; print("a\nb"); 7; end))' 'I am 1(\|[[:space:]]+From worker [2-5]:[[:space:]]+I am [2-5]){4}\|[[:space:]]+From worker 2:[[:space:]]+a\|[[:space:]]+From worker 2:[[:space:]]+b\|Dict\{Int64,Any\} with 1 entry:\|  2 => 7'
tap_end
