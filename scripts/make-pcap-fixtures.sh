#!/bin/bash
# Makes the packet decoder's fixtures in test/fixtures/pcap: small captures of real traffic of the real kernel, built and sent in a
# sandbox of its own (nothing of the host's network is touched, nothing leaves the sandbox). Run by hand, as root, when a fixture is
# to be added: about 50 seconds. Addresses are fixed; ports, ids and the MACs of pods are whatever the kernel chose.
#
#   pod1 172.30.76.7 ── cbr0 (node1) flannel.1 ── eth0 .21 ── br0 (sandbox) ── eth0 .22 ── flannel.1 (node2) cbr0 ── pod2 172.30.9.2
#       mtu 1500              VNI 1, UDP 8472                192.168.0.0/24                VNI 1
#
# needs: iproute2 (with rtmon), iptables, tcpdump, ping, perl, bash
# shellcheck disable=SC1010,SC2015,SC2034 # ping's `-M do`; retry until it succeeds; a line that is only waited for
set -euo pipefail

if [[ ${1:-} != inside ]]; then
  out=$(cd "$(dirname "$0")/../test/fixtures/pcap" && pwd)
  exec unshare --net --mount --pid --fork --mount-proc --kill-child "$0" inside "$out"
fi

out=$2
mount -t tmpfs none /run
work=/run/work
mkdir $work

in_ns() { ip netns exec "$@"; } # in the background use `ip netns exec` itself: then $! is the program's own process

# --- the network -------------------------------------------------------------------------------------------------------------

ip link set lo up
ip link add br0 type bridge stp_state 1 forward_delay 2
ip link set br0 up
for node in node1:21:76 node2:22:9; do
  IFS=: read -r name host subnet <<<"$node"
  ip netns add "$name"
  ip -n "$name" link set lo up
  ip link add "$name" master br0 type veth peer name eth0 netns "$name"
  ip link set "$name" up
  ip -n "$name" link set eth0 up
  ip -n "$name" addr add "192.168.0.$host/24" dev eth0
  ip -n "$name" addr add "fd00:192::$host/64" dev eth0 nodad
  in_ns "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  ip -n "$name" link add flannel.1 address "02:00:00:00:00:$host" type vxlan id 1 dstport 8472 local "192.168.0.$host" dev eth0 nolearning
  ip -n "$name" addr add "172.30.$subnet.0/32" dev flannel.1
  ip -n "$name" link set flannel.1 up
  ip -n "$name" link add cbr0 type bridge
  ip -n "$name" addr add "172.30.$subnet.1/24" dev cbr0
  ip -n "$name" addr add "fd00:172:$subnet::1/64" dev cbr0 nodad
  ip -n "$name" link set cbr0 up
done
for pod in pod1:node1:76:7 pod2:node2:9:2; do
  IFS=: read -r name node subnet host <<<"$pod"
  ip netns add "$name"
  ip -n "$name" link set lo up
  ip -n "$name" link add eth0 type veth peer name "veth$name" netns "$node"
  ip -n "$node" link set "veth$name" master cbr0 up
  ip -n "$name" link set eth0 up
  ip -n "$name" addr add "172.30.$subnet.$host/24" dev eth0
  ip -n "$name" addr add "fd00:172:$subnet::$host/64" dev eth0 nodad
  ip -n "$name" route add default via "172.30.$subnet.1"
  ip -n "$name" route add default via "fd00:172:$subnet::1"
done
far() { # node, remote host number, remote subnet: how flannel.1 reaches the other node
  ip -n "$1" route add "172.30.$3.0/24" via "172.30.$3.0" dev flannel.1 onlink
  ip -n "$1" route add "fd00:172:$3::/64" via "fe80::ff:fe00:$2" dev flannel.1
  ip -n "$1" neigh add "172.30.$3.0" lladdr "02:00:00:00:00:$2" dev flannel.1 nud permanent
  ip -n "$1" neigh add "fe80::ff:fe00:$2" lladdr "02:00:00:00:00:$2" dev flannel.1 nud permanent
  in_ns "$1" bridge fdb add "02:00:00:00:00:$2" dev flannel.1 dst "192.168.0.$2" self permanent
}
far node1 22 9
far node2 21 76
for ns in node1 node2 pod1 pod2; do in_ns "$ns" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0; done
for address in 172.30.9.2 fd00:172:9::2; do
  for _ in $(seq 100); do in_ns pod1 ping -c1 -W1 $address >/dev/null && break || sleep 0.2; done
done

# --- senders and receivers ---------------------------------------------------------------------------------------------------

# echo-server FAMILY PORT: answers one UDP datagram and one TCP connection with what came
cat >$work/echo-server.pl <<'PERL'
use strict; use Socket qw(:all); use IO::Socket::IP; $| = 1;
my ($host, $port) = @ARGV;
my $udp = IO::Socket::IP->new(LocalHost => $host, LocalPort => $port, Proto => 'udp') or die $@;
my $tcp = IO::Socket::IP->new(LocalHost => $host, LocalPort => $port, Proto => 'tcp', Listen => 5, ReuseAddr => 1) or die $@;
print "ready\n";
while (1) {
  my $set = ''; vec($set, fileno $_, 1) = 1 for $udp, $tcp;
  select($set, undef, undef, undef);
  if (vec($set, fileno $udp, 1)) { my $from = $udp->recv(my $data, 65535); $udp->send($data, 0, $from) }
  if (vec($set, fileno $tcp, 1)) { my $peer = $tcp->accept; while ($peer->sysread(my $data, 65535)) { $peer->syswrite($data) } close $peer }
}
PERL
# exchange udp|tcp HOST PORT BYTES [LINGER]: sends and reads the same back; LINGER ends TCP with a reset
cat >$work/exchange.pl <<'PERL'
use strict; use Socket qw(:all); use IO::Socket::IP;
my ($proto, $host, $port, $bytes, $linger) = @ARGV;
my $socket = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Proto => $proto) or exit 1;
local $SIG{ALRM} = sub { exit 2 }; alarm 3;
my $data = substr('wirelab ' x (1 + $bytes / 8), 0, $bytes);
$socket->syswrite($data);
my $got = 0;
while ($got < $bytes) { my $n = $socket->sysread(my $part, 65535) or last; $got += $n }
setsockopt($socket, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0)) if $linger;
PERL
# frame DEVICE: sends each line of hexadecimal digits on standard input as one Ethernet frame
cat >$work/frame.pl <<'PERL'
use strict; use Socket;
my $device = shift;
my ($index) = `ip -o link show dev $device` =~ /^(\d+):/;
socket(my $socket, 17, SOCK_RAW, 0) or die $!;   # AF_PACKET
while (<STDIN>) { s/#.*//; s/[^0-9a-f]//g; length or next;
  send($socket, pack('H*', $_), 0, pack('SnlSCCa8', 17, 3, $index, 1, 0, 6, '')) or die "$_: $!" }
PERL
# raw FAMILY HOST PROTOCOL HEX [SOCKET-OPTION-LEVEL NAME HEX]: one packet with this payload after the kernel's own IP header
cat >$work/raw.pl <<'PERL'
use strict; use Socket qw(:all);
my ($host, $protocol, $payload, $level, $name, $value) = @ARGV;
my $v6 = $host =~ /:/;
socket(my $socket, $v6 ? AF_INET6 : AF_INET, SOCK_RAW, $protocol) or die $!;
setsockopt($socket, $level, $name, pack('H*', $value)) or die "setsockopt: $!" if defined $level;
my $to = $v6 ? pack_sockaddr_in6(0, inet_pton(AF_INET6, $host)) : pack_sockaddr_in(0, inet_aton($host));
send($socket, pack('H*', $payload), 0, $to) or die "send: $!";
PERL
# tun NAME: keeps the device open, so that it has a carrier; packets into it go nowhere
cat >$work/tun.pl <<'PERL'
use strict; open(my $tun, '+<', '/dev/net/tun') or die $!; $| = 1;
ioctl($tun, 0x400454ca, my $request = pack('a16sx22', shift, 0x1001)) or die $!;   # TUNSETIFF, IFF_TUN | IFF_NO_PI
print "ready\n"; 1 while sysread($tun, my $packet, 65535);
PERL

started() { # namespace, command ...: runs it in the background, and returns when it has said its first line
  local said
  rm -f $work/said
  mkfifo $work/said
  ip netns exec "$@" >$work/said &
  read -r said <$work/said
}
capture() { # name, namespace, device, tcpdump's arguments ...
  captured=$1
  local ns=$2 dev=$3
  shift 3
  rm -f $work/tcpdump
  ip netns exec "$ns" tcpdump -i "$dev" -U --immediate-mode -B 16384 -Z root -w "$out/$captured.pcap" "$@" 2>$work/tcpdump &
  capturing=$!
  until grep -q 'listening on' $work/tcpdump 2>/dev/null; do sleep 0.01; done
}
captured() {
  sleep 0.3 # what was sent last may still be on its way
  kill $capturing
  wait $capturing || true
  echo "$captured.pcap: $(wc -c <"$out/$captured.pcap") bytes"
}
quietly() { "$@" >/dev/null 2>&1 || true; }
pod1() { quietly in_ns pod1 "$@"; }

started pod2 perl $work/echo-server.pl 172.30.9.2 31001
started pod2 perl $work/echo-server.pl fd00:172:9::2 31001
started node2 perl $work/echo-server.pl 192.168.0.22 31002

# --- captures ----------------------------------------------------------------------------------------------------------------

# The overlay as the underlay sees it; nanosecond stamps.
ip -n node1 neigh flush dev eth0
capture vxlan node1 eth0 --time-stamp-precision=nano
pod1 ping -c2 -i0.2 172.30.9.2
pod1 ping -c1 -s1422 -M do 172.30.9.2
pod1 ping -c1 -s3000 172.30.9.2
pod1 ping -c1 -t1 172.30.9.2
pod1 ping -c1 -t2 172.30.9.2
pod1 perl $work/exchange.pl udp 172.30.9.2 31001 40
pod1 perl $work/exchange.pl tcp 172.30.9.2 31001 100
pod1 perl $work/exchange.pl udp 172.30.9.2 9 10
pod1 ping -c1 fd00:172:9::2
pod1 perl $work/exchange.pl tcp fd00:172:9::2 31001 30
quietly in_ns node1 perl $work/exchange.pl udp 192.168.0.22 31002 20
quietly in_ns node1 ping -c1 -s64 192.168.0.22
captured

# The same kind of traffic with frames cut off: 130 bytes reach into the inner headers, 60 do not.
capture snaplen-130 node1 eth0 -s 130 not stp
pod1 ping -c1 -s1000 172.30.9.2
pod1 ping -c1 -s3000 172.30.9.2
pod1 perl $work/exchange.pl tcp 172.30.9.2 31001 6000
pod1 perl $work/exchange.pl udp 172.30.9.2 31001 500
captured
capture snaplen-60 node1 eth0 -s 60 not stp
pod1 ping -c1 172.30.9.2
pod1 ping -c1 fd00:172:9::2
pod1 perl $work/exchange.pl udp 172.30.9.2 31001 30
quietly in_ns node1 perl $work/exchange.pl tcp 192.168.0.22 31002 200
quietly in_ns node1 ping -c1 192.168.0.22
captured

# A pod's eth0, mtu 1500: every kind of ICMP error that a router and a host send. Segmentation offload lets one frame be 30 kB long.
ip -n pod1 neigh flush dev eth0
in_ns pod2 iptables -A INPUT -p udp --dport 31003 -j REJECT --reject-with icmp-admin-prohibited
in_ns pod2 iptables -A INPUT -p udp --dport 31004 -j REJECT --reject-with icmp-host-prohibited
in_ns pod2 iptables -A INPUT -p udp --dport 31005 -j REJECT --reject-with icmp-net-prohibited
in_ns pod2 iptables -A INPUT -p udp --dport 31006 -j REJECT --reject-with icmp-proto-unreachable
in_ns pod2 iptables -A INPUT -p udp --dport 31007 -j REJECT --reject-with icmp-net-unreachable
in_ns pod2 iptables -A INPUT -p tcp --dport 31008 -j REJECT --reject-with tcp-reset
ip -n node1 route add unreachable 172.30.40.0/24
ip -n node1 route add prohibit 172.30.41.0/24
ip -n pod1 route flush cache
capture pod pod1 eth0
pod1 ping -c2 -i0.2 172.30.9.2
pod1 ping -c1 -s1472 -M do 172.30.9.2
ip -n pod1 route flush cache
pod1 ping -c1 -s3000 -M dont 172.30.9.2
pod1 ping -c1 -t1 172.30.9.2
pod1 ping -c1 -R 172.30.9.2
pod1 ping -c1 -T tsandaddr 172.30.9.2
pod1 ping -c2 -W1 172.30.40.1
pod1 ping -c2 -W1 172.30.41.1
pod1 ping -c2 -W1 10.99.0.1
for port in 9 31003 31004 31005 31006 31007; do pod1 perl $work/exchange.pl udp 172.30.9.2 $port 30; done
pod1 perl $work/exchange.pl udp 172.30.9.2 31001 0
pod1 perl $work/exchange.pl udp 172.30.9.2 31001 4000
for port in 9 31008; do pod1 perl $work/exchange.pl tcp 172.30.9.2 $port 30; done
pod1 perl $work/exchange.pl tcp 172.30.9.2 31001 30
pod1 perl $work/exchange.pl tcp 172.30.9.2 31001 30 reset
in_ns pod1 perl $work/raw.pl 172.30.9.2 1 0d00f2fa0007000100000001000000000000000000 # ICMP timestamp request
in_ns pod1 perl $work/raw.pl 172.30.9.2 253 77697265                                  # a protocol nobody knows
in_ns pod1 perl $work/raw.pl 172.30.9.2 47 00006558                                   # GRE
in_ns pod1 perl $work/raw.pl 172.30.9.2 132 7919791900000000000000000100001400000001  # SCTP
pod1 ping -c1 -W1 172.30.76.99
captured
capture offload pod1 eth0 -s 120
pod1 perl $work/exchange.pl tcp 172.30.9.2 31001 30000
captured

ip -n pod1 -6 route flush cache
capture ipv6 pod1 eth0 ip6
ip -n pod1 -6 neigh flush dev eth0
pod1 ping -c2 -i0.2 fd00:172:9::2
pod1 ping -c1 -s1452 -M do fd00:172:9::2
pod1 ping -c1 -s3000 fd00:172:9::2
pod1 ping -c1 -t1 fd00:172:9::2
pod1 ping -c1 -W1 2001:db8::1
pod1 ping -c1 -W4 fd00:172:76::99
pod1 ping -c1 -F 4242 -Q 0x28 fd00:172:76::1
pod1 perl $work/exchange.pl udp fd00:172:9::2 31001 25
pod1 perl $work/exchange.pl udp fd00:172:9::2 9 25
pod1 perl $work/exchange.pl udp fd00:172:9::2 31001 3000
pod1 perl $work/exchange.pl tcp fd00:172:9::2 31001 25
pod1 perl $work/exchange.pl tcp fd00:172:9::2 9 25
in_ns pod1 perl $work/raw.pl fd00:172:9::2 58 80000000000700017769726531 41 59 0000010400000000     # destination options
in_ns pod1 perl $work/raw.pl fd00:172:9::2 58 80000000000700027769726532 41 54 0000010400000000     # hop-by-hop options
in_ns pod1 perl $work/raw.pl fd00:172:9::2 253 77697265                                             # an unknown next header
in_ns pod1 perl $work/raw.pl fd00:172:9::2 59 77697265                                              # no next header
ip -n pod1 addr add fd00:172:76::77/64 dev eth0
ip -n pod1 addr add 172.30.76.77/24 dev eth0
in_ns pod1 perl -MSocket -e 'socket(S, AF_INET6, SOCK_DGRAM, 0); setsockopt(S, 41, 20, pack("H32l", "ff050000000000000000000000004242", 0)) or die $!; select undef, undef, undef, 1'
sleep 1.5
captured

capture multicast pod1 eth0 igmp or stp or arp
in_ns pod1 perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0); setsockopt(S, 0, 35, inet_aton("239.1.2.3") . inet_aton("172.30.76.7")) or die $!; select undef, undef, undef, 1.5'
in_ns pod1 sysctl -qw net.ipv4.conf.eth0.arp_notify=1
ip -n pod1 link set eth0 down
ip -n pod1 link set eth0 up
ip -n pod1 route replace default via 172.30.76.1
pod1 ping -c1 172.30.9.2
captured

# Linux cooked capture of all devices at once, and a device without link-layer header.
capture any node1 any -y LINUX_SLL2 not stp
ip -n node1 neigh flush dev cbr0
pod1 ping -c1 172.30.9.2
pod1 perl $work/exchange.pl udp 172.30.9.2 31001 12
pod1 ping -c1 fd00:172:76::1
quietly in_ns node1 ping -c1 127.0.0.1
captured
started node1 perl $work/tun.pl tun0
ip -n node1 addr add 10.9.0.1/24 dev tun0
ip -n node1 addr add fd00:9::1/64 dev tun0 nodad
ip -n node1 link set tun0 up
capture raw node1 tun0
quietly in_ns node1 ping -c1 -W1 10.9.0.2
quietly in_ns node1 ping -c1 -W1 fd00:9::2
quietly in_ns node1 perl $work/exchange.pl udp 10.9.0.2 31001 12
captured

# Frames that no stack would send here of itself. The segment's own spanning tree speaks on it too.
ip link add crafted type veth peer name watched
ip link set crafted up
ip link set watched up
ip netns add watch
ip link set watched netns watch
ip -n watch link set watched up
capture crafted watch watched not ip6
e='02000000000a 02000000000b' # destination and source of every frame
ip4='c0a80015 c0a80016'
echo="0800 f7f0 0007 0008"
v4() { echo "4500 $1 1234 4000 40 $2 0000 $ip4"; } # total length, protocol
perl $work/frame.pl crafted <<FRAMES
$e 8100 0005 0800 $(v4 001c 01) $echo                                    # VLAN 5
$e 8100 e064 0800 $(v4 001c 01) $echo                                    # VLAN 100, priority 7
$e 88a8 000a 8100 0014 0800 $(v4 001c 01) $echo                          # 802.1ad: VLAN 20 inside service VLAN 10
$e 8100 0000 0806 0001 0800 06 04 0001 02000000000b c0a80015 000000000000 c0a80016
$e 0800 $(v4 001c 01) $echo 00000000000000000000000000000000000          # padded to 60 bytes
$e 0800 $(v4 0021 11) 3039 7918 000d 0000 68656c6c6f 000000000000000000000000000  # UDP, 5 bytes, padded
$e 0800 $(v4 0028 06) 3039 7918 00000001 00000002 5010 0400 0000 0000 000000000000 # TCP, padded
$e 0806 0001 0800 06 04 0001 02000000000b c0a80015 000000000000 c0a80016 000000000000000000000000000000000000 # ARP, padded
$e 0806 0001 0800 06 04 0002 02000000000b c0a80015 02000000000a c0a80016
ffffffffffff 02000000000b 0806 0001 0800 06 04 0001 02000000000b c0a80015 ffffffffffff c0a80015 # announcement
$e 8035 0001 0800 06 04 0003 02000000000b 00000000 02000000000b 00000000 # RARP
$e 0806 0006 0800 02 04 0001 0102 c0a80015 0000 c0a80016                 # ARP with a two-byte hardware address
$e 0806 0001 86dd 06 10 0001 02000000000b fd000000000000000000000000000001 000000000000 fd000000000000000000000000000002
$e 0800 4600 0020 1234 0000 40 01 0000 $ip4 94040000 $echo               # IP option: router alert
$e 0800 4f00 0044 1234 0000 40 01 0000 $ip4 01 8823 $(printf '%078d' 0) $echo # the longest IP header
$e 0800 4500 0030 1234 2000 40 11 0000 $ip4 3039 7918 0030 0000 $(printf '%024d' 0) # first fragment of UDP
$e 0800 4500 0028 1234 0003 40 11 0000 $ip4 $(printf '%040d' 0)          # last fragment
$e 0800 4500 001c 1234 2000 40 06 0000 $ip4 3039 7918 00000001           # a first fragment that cuts the TCP header
$e 0800 4500 0064 1234 4000 40 11 0000 $ip4 3039 7918 0050 0000 68656c6c6f # shorter than its total length says
$e 0800 4500 0010 1234 4000 40 11 0000 $ip4 3039 7918 0008 0000          # total length below the header's
$e 0800 4300 001c 1234 4000 40 01 0000 $ip4 $echo                        # IHL 3
$e 0800 7500 001c 1234 4000 40 01 0000 $ip4 $echo                        # version 7
$e 0800 4500 0000 1234 4000 40 06 0000 $ip4 3039 7918 00000001 00000002 5018 0400 0000 0000 68656c6c6f # total length 0: segmentation offload
$e 0800 4503 0028 1234 8000 ff 06 0000 $ip4 3039 7918 00000001 00000002 51ff 0400 0000 0007 # every TCP flag
$e 0800 $(v4 0028 06) 3039 7918 00000001 00000002 5000 0400 0000 0000   # no TCP flag
$e 0800 $(v4 0028 06) 3039 7918 00000001 00000002 3010 0400 0000 0000   # data offset 3
$e 0800 $(v4 0028 06) 3039 7918 00000001 00000002 f010 0400 0000 0000   # data offset beyond the packet
$e 0800 $(v4 0048 06) 3039 7918 00000001 00000002 c010 0400 0000 0000 0101 050a 00000010 00000020 1303 00 fe04 1234 0204 05b4 00 00000000 68656c6c # options: sack, odd ones
$e 0800 $(v4 0020 11) 3039 7918 0005 0000 00000000                      # UDP length below the header's
$e 0800 $(v4 0020 11) 3039 7918 0100 0000 00000000                      # UDP length beyond the packet
$e 0800 $(v4 0028 11) 3039 7918 000a 0000 6869 $(printf '%020d' 0)       # UDP length shorter than the packet
$e 0800 $(v4 004e 11) c0de 2118 003a 0000 00 000000 000001 00 0200000000cc 0200000000dd 0800 $(v4 001c 01) $echo # VXLAN without the I flag
$e 0800 $(v4 004e 11) c0de 12b5 003a 0000 08 000000 fffffe 00 0200000000cc 0200000000dd 0800 $(v4 001c 01) $echo # the standard port
$e 0800 $(v4 004e 11) c0de 2118 003a 0000 88 400007 000001 00 0200000000cc 0200000000dd 0800 $(v4 001c 01) $echo # group policy
$e 0800 $(v4 0052 11) c0de 2118 003e 0000 08 000000 000001 00 0200000000cc 0200000000dd 8100 0007 0800 $(v4 001c 01) $echo # VLAN inside
$e 0800 $(v4 0080 11) c0de 2118 006c 0000 08 000000 000001 00 0200000000cc 0200000000dd 0800 $(v4 004e 11) c0de 12b5 003a 0000 08 000000 000002 00 0200000000ee 0200000000ff 0800 $(v4 001c 01) $echo # VXLAN inside VXLAN
$e 0800 $(v4 0024 11) c0de 2118 0010 0000 08 000000 000001 00            # VXLAN with nothing inside
$e 0800 $(v4 0020 11) c0de 2118 000c 0000 08 000000                     # half a VXLAN header
$e 0800 $(v4 001c 01) 0500 0000 c0a80017                                # redirect without the packet it is about
$e 0800 $(v4 0038 01) 0501 0000 c0a80017 $(v4 001c 11) 3039 7918 0008 0000 # redirect host
$e 0800 $(v4 0038 01) 0303 0000 00000000 $(v4 05dc 06) 3039 7918 00000001 # port unreachable, with 8 bytes of TCP
$e 0800 $(v4 0038 01) 0304 0000 0000 05aa $(v4 05dc 11) 3039 7918 05c8 0000 # frag needed, mtu 1450
$e 0800 $(v4 0038 01) 0c00 0000 14 000000 $(v4 001c 11) 3039 7918 0008 0000 # parameter problem
$e 0800 $(v4 0038 01) 0b01 0000 00000000 $(v4 001c 11) 3039 7918 0008 0000 # reassembly time exceeded
$e 0800 $(v4 001c 01) c800 0000 00000000                                # ICMP type 200
$e 0800 $(v4 001c 02) 1100 0000 00000000                                # IGMP query
$e 0800 $(v4 0030 04) $(v4 001c 01) $echo                               # IPv4 in IPv4
$e 0800 $(v4 0044 29) 60000000 0008 3a 40 20010db8000000000000000000000001 20010db8000000000000000000000002 8000 0000 0007 0008 # IPv6 in IPv4
$e 0026 42 42 03 0000 00 00 00 8000020000000001 00000000 8000020000000001 8001 0000 1400 0200 0f00 # spanning tree
$e 0024 aa aa 03 000000 0800 $(v4 001c 01) $echo                         # IPv4 in LLC/SNAP
$e 88cc 0207 04 0200 0000 000b 0403 03 6162 0602 0078 0000               # LLDP
$e 0806                                                                 # nothing after the header
FRAMES
captured
capture crafted-ipv6 watch watched ip6 and not src net fe80::/10
a=20010db8000000000000000000000001
b=20010db8000000000000000000000002
perl $work/frame.pl crafted <<FRAMES
$e 86dd 60000000 0010 3a 40 $a $b 8000 0000 0007 0008 7769726577697265   # echo
$e 86dd 6a512345 0010 3a 40 $a $b 8000 0000 0007 0008 7769726577697265 0000 # traffic class, flow label; trailer
$e 86dd 60000000 0018 00 40 $a $b 3a 00 0502 0000 0100 8000 0000 0007 0008 7769726577697265 # hop-by-hop: router alert
$e 86dd 60000000 0028 2b 40 $a $b 3a 02 04 00 00000000 $b 8000 0000 0007 0008 7769726577697265 # routing header
$e 86dd 60000000 0020 00 40 $a $b 3c 00 0104 00000000 3a 00 0104 00000000 8000 0000 0007 0008 7769726577697265 # two option headers
$e 86dd 60000000 0018 2c 40 $a $b 11 00 0001 00001234 3039 7918 0100 0000 7769726577697265 # first fragment
$e 86dd 60000000 0018 2c 40 $a $b 11 00 0010 00001234 7769726577697265 7769726577697265 # last fragment
$e 86dd 60000000 0018 2c 40 $a $b 11 00 0000 00001234 3039 7918 0010 0000 7769726577697265 # atomic fragment
$e 86dd 60000000 0028 33 40 $a $b 3a 04 0000 00000001 00000001 000000000000000000000000 8000 0000 0007 0008 7769726577697265 # authentication header
$e 86dd 60000000 0010 32 40 $a $b 00000001 00000001 7769726577697265     # ESP
$e 86dd 60000000 0000 3b 40 $a $b                                       # nothing next
$e 86dd 60000000 0010 3c 40 $a $b 3a 09 0104 00000000 8000 0000 0007 0008 # an options header longer than the packet
$e 86dd 60000000 0040 11 40 $a $b 3039 7918 0040 0000 7769               # payload shorter than its length says
$e 86dd 60000000 0010 84 40 $a $b 791979190000000000000000 00000000      # SCTP
$e 86dd 60000000 0038 3a 40 $a $b 0104 0000 00000000 60000000 0008 11 40 $b $a 3039 7918 0008 0000 # port unreachable
$e 86dd 60000000 0038 3a 40 $a $b 0101 0000 00000000 60000000 0008 11 40 $b $a 3039 7918 0008 0000 # admin prohibited
$e 86dd 60000000 0038 3a 40 $a $b 0103 0000 00000000 60000000 0008 11 40 $b $a 3039 7918 0008 0000 # address unreachable
$e 86dd 60000000 0038 3a 40 $a $b 0200 0000 000005aa 60000000 0508 11 40 $b $a 3039 7918 0508 0000 # packet too big
$e 86dd 60000000 0038 3a 40 $a $b 0301 0000 00000000 60000000 0008 11 40 $b $a 3039 7918 0008 0000 # reassembly time exceeded
$e 86dd 60000000 0038 3a 40 $a $b 0401 0000 00000028 60000000 0008 fd 40 $b $a 3039 7918 0008 0000 # parameter problem
$e 86dd 60000000 0010 3a ff $a $b 8500 0000 00000000 0101 02000000000b  # router solicitation
$e 86dd 60000000 0010 3a ff $a $b 8600 0000 40 00 0708 00000000 00000000 # router advertisement
$e 86dd 60000000 0020 3a ff $a $b 8700 0000 00000000 $b 0101 02000000000b # neighbour solicitation
$e 86dd 60000000 0020 3a ff $a $b 8800 0000 60000000 $a 0201 02000000000b # neighbour advertisement
$e 86dd 60000000 0028 3a ff $a $b 8900 0000 00000000 $a $b              # redirect
$e 86dd 60000000 0014 06 40 $a $b 3039 7918 00000001 00000002 5002 0400 0000 0000
$e 86dd 60000000 0044 11 40 $a $b c0de 2118 0044 0000 08 000000 000001 00 0200000000cc 0200000000dd 0800 $(v4 0024 01) $echo 7769726577697265 # VXLAN over IPv6
FRAMES
captured

# What the kernel tells about neighbours: written by rtmon, read again by `ip monitor neigh file`.
ip netns add neigh
ip -n neigh link add eth0 index 4001 type veth peer name other netns pod2
ip -n neigh link set eth0 up
ip -n pod2 link set other up
ip -n neigh addr add 10.8.0.1/24 dev eth0
ip -n neigh addr add fd00:8::1/64 dev eth0 nodad
ip -n pod2 addr add 10.8.0.2/24 dev other
ip -n neigh link add flannel.1 index 4002 type vxlan id 1 dstport 8472 local 10.8.0.1 dev eth0 nolearning l2miss l3miss
ip -n neigh link set flannel.1 up
in_ns neigh sysctl -qw net.ipv4.neigh.flannel/1.app_solicit=3 net.ipv4.neigh.flannel/1.mcast_solicit=0 net.ipv4.neigh.eth0.retrans_time_ms=100
ip -n neigh route add 172.30.0.0/16 dev flannel.1
ip netns exec neigh rtmon file "$out/neighbour.rtmon" all &
rtmon=$!
sleep 0.3
quietly in_ns neigh ping -c1 -W1 172.30.9.2
ip -n neigh neigh replace 172.30.9.2 lladdr 96:8f:2d:49:c5:31 dev flannel.1 nud reachable
in_ns neigh bridge fdb add 96:8f:2d:49:c5:31 dev flannel.1 dst 10.8.0.2 self permanent
quietly in_ns neigh ping -c1 -W1 172.30.9.2
ip -n neigh neigh del 172.30.9.2 dev flannel.1
in_ns neigh bridge fdb del 96:8f:2d:49:c5:31 dev flannel.1 self
ip -n neigh neigh replace 172.30.9.4 lladdr 96:8f:2d:49:c5:32 dev flannel.1 nud reachable
quietly in_ns neigh ping -c1 -W1 172.30.9.4
quietly in_ns neigh ping -c1 10.8.0.2
quietly in_ns neigh ping -c1 -W1 10.8.0.3
ip -n neigh neigh add 10.8.0.4 lladdr 02:00:00:00:00:04 dev eth0 nud permanent
ip -n neigh neigh add fd00:8::4 lladdr 02:00:00:00:00:04 dev eth0 nud noarp
ip -n neigh neigh add fd00:8::5 lladdr 02:00:00:00:00:05 dev eth0 router extern_learn nud stale
ip -n neigh neigh del fd00:8::4 dev eth0
ip -n neigh neigh add proxy 10.8.0.9 dev eth0
sleep 0.5
kill $rtmon
wait $rtmon || true
echo "neighbour.rtmon: $(wc -c <"$out/neighbour.rtmon") bytes"
chmod 644 "$out"/*
