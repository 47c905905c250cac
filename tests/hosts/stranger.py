#!/usr/bin/env python3
"""stranger.py COMMAND...: starts a job over tcp on the loopback device of the network namespace it is in, records what the
pids send one another, and while they go on sends it again over connections of its own: as it was, with tags of another key,
with none, and cut off. Ends with COMMAND's status; says on stderr what it sent. Needs root (a packet socket)."""
import os, re, socket, struct, subprocess, sys, time

ETH_IP, PACKET_OUTGOING, SO_RCVBUFFORCE = 0x0800, 4, 33
FIRST = 1 << 16  # of each stream: the first messages are in it


def recorder():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_IP))
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    s.settimeout(0.1)
    s.bind(("lo", ETH_IP))
    return s


def listen(s, streams, seconds):
    """Adds to streams {(from port, to port): [first sequence number, bytes]} what is sent; whole from its beginning on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            packet, where = s.recvfrom(1 << 17)
        except socket.timeout:
            continue
        if where[2] == PACKET_OUTGOING or packet[9] != socket.IPPROTO_TCP:
            continue
        tcp = (packet[0] & 15) * 4
        ports = struct.unpack_from("!HH", packet, tcp)
        number, = struct.unpack_from("!I", packet, tcp + 4)
        data = tcp + (packet[tcp + 12] >> 4) * 4
        if packet[tcp + 13] & 2:  # SYN
            streams[ports] = [number + 1, bytearray(), not packet[tcp + 13] & 16]
        elif ports in streams:
            start, so_far, _ = streams[ports]
            if (number - start) & 0xFFFFFFFF == len(so_far) and len(so_far) < FIRST:
                so_far += packet[data:struct.unpack_from("!H", packet, 2)[0] or len(packet)]


GREETING = 56  # bytes: libfabric's request to connect


def messages(stream):
    """The greeting and what is a message behind it; other operations go astray in libfabric itself, see docs/security.md."""
    kept, at = bytearray(stream[:GREETING]), GREETING
    while at + 16 <= len(stream):
        nbytes, = struct.unpack_from("<Q", stream, at + 8)
        if stream[at] != 3 or not 16 <= nbytes <= FIRST or at + nbytes > len(stream):
            break
        if stream[at + 1] == 0 and nbytes > 16:
            kept += stream[at:at + nbytes]
        at += nbytes
    return kept


def tags(stream):
    """Where Furrow's messages have their tags: place in the sequence, sender, tag, the place again, kind; the first ones of a pid."""
    found, sender = [], None
    for m in re.finditer(rb"(?=(.{8})([\x01-\x03]\0\0\0)\0{4}.{8}(.{4})[\x01-\x09])", bytes(stream), re.S):
        place = struct.unpack("<Q", m[1])[0], struct.unpack("<I", m[3])[0]
        if place == (len(found), len(found)) and sender in (None, m[2]):
            found.append(m.start() + 16)
            sender = m[2]
    return found


def send(port, text):
    with socket.create_connection(("127.0.0.1", port), 5) as c:
        c.settimeout(0.3)
        c.sendall(text[:GREETING])  # is answered, sooner or later
        try:
            c.recv(4096)
            c.sendall(text[GREETING:])
            while c.recv(4096):
                pass
        except OSError:
            pass


def moved(text, port):
    """As from a sender that listens elsewhere, as far as ofi_rxm's request to connect (versions, then the port) tells: of one
    that it knows already it takes no second connection."""
    k = text.find(bytes((1, 2, 4, 3)), 0, 64)
    return text if k < 0 else text[:k + 4] + struct.pack("!H", port) + text[k + 6:]


def variants(stream, at):
    yield "as it was", bytes(stream)
    yield "as it was, too", bytes(stream)
    for name, change in (("another key", lambda b: b ^ 0x5A), ("no key", lambda b: 0)):
        other = bytearray(stream)
        for k in at:
            other[k:k + 8] = bytes(change(b) for b in other[k:k + 8])
        yield name, bytes(other)
    yield "cut off", bytes(stream[:at[-1] + 4])


def main():
    streams, tap = {}, recorder()
    job = subprocess.Popen(sys.argv[1:])
    sent = 0
    for _ in range(200):
        listen(tap, streams, 0.2)
        kept = {p: messages(s[1]) for p, s in streams.items() if s[2] and len(s[1]) > 200}
        told = [(p, text, tags(text)) for p, text in kept.items()]
        told = [t for t in told if len(t[2]) >= 3]
        if len(told) >= 2 or job.poll() is not None:
            break
    for (_, port), stream, at in told:
        for name, text in variants(stream, at):
            if job.poll() is None:
                send(port, moved(text, 2 + sent) if sent % 6 else text)
                sent += 1
                print(f"stranger: {len(text)} bytes, {len(at)} messages, to port {port}: {name}", file=sys.stderr)
    print(f"stranger: {sent} recordings sent while the job ran", file=sys.stderr)
    sys.exit(job.wait())


main()
