#!/bin/bash
# files.sh - save and load at the prompt: every kind of value, other programs' files and ours in other programs, a full
# disk, and the bar at a terminal.
# shellcheck source=tests/session/common.sh
. "$top_srcdir/tests/session/common.sh"
if shell 'save("/tmp", 1)' | grep -q NOT_BUILT; then tap_skip "files" "built without HDF5"; tap_end; exit; fi
cd "$tap_work" || exit 1
nprocs=1

says "every flat type comes back" 'x = Any[true, Int8(-3), Int16(300), Int32(7), 5, UInt8(3), UInt16(3), UInt32(3), UInt64(3), Float32(1.5), 2.5, 1+2im];
same(v) = begin; save("t.jlf", v); w = load("t.jlf"); w == v && typeof(w) == typeof(v); end;
all([same(v) for v in x])
all([same([v v; v v]) for v in x])
all([same(zeros(T, 0, 3)) for T in [Int8, Float32, Complex{Float64}]])' 'true\|true\|true'
says "other kinds come back" 'same(v) = begin; save("t.jlf", v); w = load("t.jlf"); string(w) == string(v) && typeof(w) == typeof(v); end;
all([same(v) for v in Any["text", "", "über\n", Any[:sym], nothing, 1:5, 1:2:9, 0.0:0.1:1.0, (1, "a", [1.5]), (), Float32]])
all([begin; save("t.jlf", v); load("t.jlf") == v; end for v in Any[Dict(1=>2), Dict("a"=>[1 2]), Dict(:a=>Dict("b"=>nothing)), Dict((1,2)=>"x", 2.5=>:y), Dict()]])
all([same(v) for v in Any[["a", "b"], [:a, :b], collect("αb"), ErrorException("x"), [1=>2], Any[1, "x", nothing], :(a + b * c), x -> x + 1]])
f = load(begin; save("t.jlf", x -> 2x + 1); "t.jlf"; end);
f(20)' 'true\|true\|true\|41'
says "dictionaries come back with their types, those with parameters too" 'same(v) = begin; save("t.jlf", v); w = load("t.jlf"); w == v && typeof(w) == typeof(v); end;
typeof(Dict("a"=>[1 2; 3 4]))
all([same(v) for v in Any[Dict("a"=>[1 2; 3 4], "b"=>[5 6]), Dict("x"=>Dict(1=>"y")), Dict(:a=>(1,2)), Dict((1,2)=>[1.5], (3,4)=>[2.5]), Dict(1=>1:3), Dict{Any,Any}()]])
save("t.jlf", Dict("a"=>[1 2; 3 4])); d = load("t.jlf"); d["b"] = [9 9]; d["b"] = "text"' 'Dict\{String,Array\{Int64,2\}\}\|true\|error: .*'
says "symbols of a module" 'sow(1, :inner, [1,2]; mod=Other);
save("t.jlf", :inner; mod=Other)
load("t.jlf")
save("t.jlf", :nosuch)' 'Dict\{Symbol,Any\} with 1 entry:\|  :inner => \[1,2\]\|error: .*nosuch is not defined in Main.*'
says "references are refused" 'save("t.jlf", reaprefs(1, :(1))[1])' 'error: .*reference.*cannot be saved \[TYPE\].*'
: >empty
says "an empty file" 'load("empty")' 'error: .*empty is empty \[FORMAT\].*'
says "a folder" 'load(".")' 'error: .*is a directory \[FORMAT\].*'
echo "plain text" >plain
says "text" 'load("plain")' 'error: .*plain is not an HDF5 file \[FORMAT\].*'

python=
for p in python3 /usr/bin/python3; do "$p" -c 'import h5py' 2>/dev/null && python=$p && break; done
if [ -z "$python" ]; then tap_skip "h5py" "python3-h5py is not installed"
else
  cat >check.py <<'PY'
import h5py, numpy as np
f = h5py.File("ours.jlf", "r")
assert (f["A"][()] == np.array([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]).T).all() and f["A"].dtype == "f8"
assert f["k"][()]["r"] == 1 and f["k"][()]["i"] == -2
assert f["z"][()] == 1 + 2j and f["n"][()] == 7 and f["s"].asstr()[()] == "über"
assert list(f["b"][()]) == [True, False] and f["d"]["x"][()] == 2.5 and f["v"][()].dtype == "f4"
assert list(f["names"].asstr()[()]) == ["a", "b"]
w = h5py.File("theirs.h5", "w")
w["m"] = np.arange(6.0).reshape(2, 3)
w["i"] = np.array([1, 2], dtype=">i2")
w["c"] = np.array([1 + 2j])
w["t"] = "text"
w["flags"] = np.array([True, False])
w.create_group("g")["k"] = 5
w.create_dataset("packed", data=np.arange(1000), compression="gzip")
PY
  ours() {
    shell 'A = reshape(collect(1.0:6.0), 2, 3); z = 1.0+2im; k = 1-2im; n = 7; s = "über"; b = [true,false]; d = Dict("x"=>2.5); v = map(Float32, [1,2]); names = ["a","b"];
save("ours.jlf", :A, :z, :k, :n, :s, :b, :d, :v, :names)' && "$python" check.py
  }
  tap_ok "h5py reads what save wrote" ours
  says "load reads what h5py wrote" 'd = load("theirs.h5");
d["m"]
d["i"]
d["c"]
d["t"]
d["flags"]
d["g"]["k"]
sum(d["packed"])' '3x2 Array\{Float64,2\}:\| 0.0  3.0\| 1.0  4.0\| 2.0  5.0\|2-element Array\{Int16,1\}:\| 1\| 2\|1-element Array\{Complex\{Float64\},1\}:\| 1.0\+2.0im\|"text"\|2-element Array\{Bool,1\}:\|  true\| false\|5\|499500'
fi
if ! command -v h5dump >/dev/null; then tap_skip "h5dump" "hdf5-tools is not installed"
else
  dumped() { shell 'save("d.jlf", Dict("a"=>[1.5, 2.5], "s"=>"text", "p"=>x->x))' && h5dump d.jlf >dump && grep -q 'DATASET "a"' dump && grep -q '1.5, 2.5' dump; }
  tap_ok "h5dump reads what save wrote" dumped
fi

# A disk of 4 MiB in a mount namespace. Texts are not weighed beforehand, so that they fill it while they are written.
mkdir disk
full() {
  unshare --mount sh -c 'mount -t tmpfs -o size=4m tmpfs disk && "$1" shell -n 1 -e "save(\"disk/t.jlf\", [1,2,3])" || exit 1
    timeout 60 "$1" shell -n 1 -e "save(\"disk/t.jlf\", zeros(1000000))" >big 2>&1 && exit 1
    timeout 60 "$1" shell -n 1 -e "save(\"disk/t.jlf\", [string(i, \"x\"^200) for i in 1:40000])" >many 2>&1 && exit 1
    ls -A disk >left; exec "$1" shell -n 1 -e "load(\"disk/t.jlf\")" >kept 2>&1' sh "$furrow" || { cat big many kept; return 1; }
  cat big many kept left
  grep -q 'cannot be written: it needs 8000000 bytes' big && grep -q 'No space left on device' many &&
    [ "$(cat left)" = t.jlf ] && [ "$(paste -sd '|' kept)" = "3-element Array{Int64,1}:| 1| 2| 3" ]
}
if unshare --mount true 2>/dev/null; then tap_ok "a full disk: said, and the old file is as it was" full
else tap_skip "a full disk" "no mount namespace can be made"; fi

# The bar is for statements of more than a second, at a terminal; nothing of it anywhere else.
echo 'begin; t = time(); while time() - t < 1.2; end; save("t.jlf", zeros(5000000)); sum(load("t.jlf")); end' >slow.fur
bar() {
  script -qefc "$(printf %q "$furrow") shell -n 1 --show slow.fur" /dev/null >screen 2>&1 </dev/null || { cat screen; return 1; }
  cat -v screen
  grep -q '\[#*\.*\] *[0-9]*%' screen && grep -q '0\.0' screen && "$furrow" shell -n 1 --show slow.fur >plain 2>&1 && [ "$(cat plain)" = 0.0 ]
}
if command -v script >/dev/null; then tap_ok "a bar at a terminal, nothing elsewhere" bar
else tap_skip "a bar at a terminal" "script(1) is not installed"; fi
tap_end
