#!/usr/bin/perl
# tap.pl [NAMESPACE DEVICE]...
#
# Captures on many devices in many network namespaces at once: one AF_PACKET socket each (packet(7)), one process
# for all. DEVICE `neigh` is no device: it listens to the namespace's neighbour messages (rtnetlink(7)), misses
# included. Why not tcpdump: that is one process per device, says when it has started only in words, and refuses to
# run where no second user id is mapped.
#
# stdout: records of a 24-byte header (type, place, packet type, stamp, lengths; big endian) and the bytes:
#   M  this place cannot be captured on; the bytes say why
#   R  all sockets are bound: what is sent from now on is seen
#   F  a frame          N  a netlink datagram
#   S  whatever was stamped before this record's stamp has been handed over, from all places
#   D  the answer to `drops`: how many frames this place has lost so far, as 4 bytes; all that it had before the question
#      has been handed over
#   G  the device of this place is down, or gone: the bytes say which
# stdin: `fence PLACE HEX` sends a frame with these bytes out of that device, to the group address that no bridge
#   forwards, with an EtherType for local experiments (IEEE 802: 01:80:c2:00:00:0e, 0x88b5): whoever sees it has seen
#   everything before it. `drops PLACE`. End of file: leave.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm" }

# linux/socket.h, linux/if_packet.h, linux/if_ether.h, linux/sockios.h, linux/rtnetlink.h
my ($AF_PACKET, $AF_NETLINK, $SOCK_RAW) = (17, 16, 3);
my ($ETH_P_ALL, $ETH_P_FENCE) = (0x0003, 0x88b5);
my ($SOL_SOCKET, $SO_RCVBUF, $SO_RCVBUFFORCE, $SOL_PACKET) = (1, 8, 33, 263);
my ($PACKET_ADD_MEMBERSHIP, $PACKET_MR_PROMISC, $PACKET_STATISTICS) = (1, 1, 6);
my ($SIOCGIFINDEX, $SIOCGIFHWADDR, $SIOCGSTAMPNS) = (0x8933, 0x8927, 0x8907);
my ($MSG_TRUNC, $MSG_DONTWAIT) = (0x20, 0x40);
my $RTMGRP_NEIGH = 4;
my ($ENOBUFS, $ENETDOWN) = (105, 100);

# Frames that are read from one place before the others have their turn; no more than this fit into a socket's buffer.
my ($TURN, $ALL) = (256, 1 << 16);
# A frame is stamped a moment before it is queued for us. Whatever was stamped this long ago has been queued.
my $SETTLING_NANOSECONDS = 2_000_000;

# What the kernel keeps for us while nobody reads, all sockets together; it counts skb's whole size against twice this (socket(7)).
my $ROOM = 64 << 20;
my $count = @ARGV / 2 || 1;
my $buffer = $ROOM / $count > 8 << 20 ? 8 << 20 : $ROOM / $count < 1 << 18 ? 1 << 18 : int($ROOM / $count);

my (@places, %senders);
my $outgoing = '';
while (my ($namespace, $device) = splice @ARGV, 0, 2) {
  my $place = eval {
    linux::enter_netns($namespace);
    $device eq 'neigh' ? neighbour_place($namespace) : device_place($namespace, $device);
  };
  # A device that is gone is a finding of its own, and no reason to miss the others.
  record('M', scalar @places, 0, 0, 0, 0, $@) if !$place;
  push @places, {%{$place // {}}, number => scalar @places};
}
record('R', 0, 0, 0, 0, 0, '');
flush();

my $wanted = '';
vec($wanted, fileno($_), 1) = 1 for \*STDIN, map { $_->{socket} // () } @places;
my $pending = '';
my $unsettled = 0;
my $behind = 0; # how far we have come with a place that has more than a turn's frames
while (1) {
  my $ready = $wanted;
  next if select($ready, undef, undef, $unsettled ? 0.004 : (grep { $_->{down} } @places) ? 0.1 : undef) < 0;
  my $settled = linux::real_nanoseconds() - $SETTLING_NANOSECONDS;
  my ($last, $full) = (0, 0);
  for my $place (@places) {
    next if !$place->{socket} || !vec($ready, fileno($place->{socket}), 1);
    # Who is ahead waits: else whoever puts the frames in order had to keep all of theirs.
    my $ahead = $behind && ($place->{last} // 0) > $behind;
    my ($count, $stamp) = $ahead ? (0, $place->{last}) : drain($place, $TURN);
    $last = $stamp if $stamp > $last;
    next if !$ahead && ($count < $TURN || !$stamp);
    # What is still in there is as old as this, or younger.
    $settled = $stamp if $stamp < $settled;
    $full = $stamp if !$ahead && (!$full || $stamp < $full);
  }
  $behind = $full;
  settle($settled) if $unsettled || $last;
  $unsettled = $last if $last;
  $unsettled = 0 if $unsettled < $settled;
  watch($_) for grep { $_->{down} } @places;
  if (vec($ready, fileno(STDIN), 1)) {
    last if !sysread(STDIN, $pending, 65536, length $pending);
    obey($1) while $pending =~ s/^(.*)\n//;
  }
  flush();
}

leave();

# Closing a packet socket waits for all CPUs (synchronize_net in net/packet/af_packet.c), some 15 ms each time. Those who
# wait at the same time wait together: a few children share the sockets, and all exit at once.
sub leave {
  my @sockets = ((grep { defined } map { $_->{socket} } @places), values %senders);
  my $groups = @sockets < 16 ? scalar @sockets : 16;
  pipe(my $all_ready, my $ready) or return;
  for my $group (0 .. $groups - 1) {
    my $pid = fork;
    last if !defined $pid;
    next if $pid;
    for my $number (0 .. $#sockets) { close $sockets[$number] if $number % $groups != $group }
    close $ready;
    sysread($all_ready, my $nothing, 1);
    exit 0;
  }
  close $_ for @sockets;
  close $ready;
  1 while waitpid(-1, 0) > 0;
  exit 0;
}

sub device_place {
  my ($namespace, $device) = @_;
  # Protocol 0 receives nothing until bind names the device: no frame of another device slips in.
  my $socket = open_socket($AF_PACKET, 0, "$namespace/$device");
  # A socket does not hear what it sends itself: fences need another.
  my $sender = $senders{$namespace} //= open_socket($AF_PACKET, 0, $namespace);
  my $request = pack('a16 x24', $device);
  ioctl($socket, $SIOCGIFINDEX, $request) or die "no device $device in $namespace\n";
  my $index = unpack('x16 i', $request);
  ioctl($socket, $SIOCGIFHWADDR, $request) or die "no hardware address: $!\n";
  my $mac = unpack('x18 a6', $request);
  # Asking once makes the kernel stamp frames as they pass; else the first one gets the time at which it is read.
  ioctl($socket, $SIOCGSTAMPNS, my $stamp = pack('q q', 0, 0));
  bind($socket, link_address($ETH_P_ALL, $index)) or die "cannot capture on $namespace/$device: $!\n";
  # As tcpdump does: a bridge hands its own device the frames that it switches between ports only then.
  setsockopt($socket, $SOL_PACKET, $PACKET_ADD_MEMBERSHIP, pack('i S S a8', $index, $PACKET_MR_PROMISC, 0, ''))
    or die "cannot make $namespace/$device promiscuous: $!\n";
  return {socket => $socket, sender => $sender, device => $device, index => $index, mac => $mac, type => 'F'};
}

sub neighbour_place {
  my ($namespace) = @_;
  my $socket = open_socket($AF_NETLINK, 0, $namespace);
  bind($socket, pack('S S L L', $AF_NETLINK, 0, 0, $RTMGRP_NEIGH)) or die "cannot listen in $namespace: $!\n";
  return {socket => $socket, type => 'N'};
}

sub open_socket {
  my ($family, $protocol, $name) = @_;
  socket(my $socket, $family, $SOCK_RAW, $protocol) or die "no socket for $name: $!\n";
  setsockopt($socket, $SOL_SOCKET, $SO_RCVBUFFORCE, $buffer) or setsockopt($socket, $SOL_SOCKET, $SO_RCVBUF, $buffer);
  return $socket;
}

sub link_address {
  my ($protocol, $index) = @_;
  return pack('S n i S C C a8', $AF_PACKET, $protocol, $index, 0, 0, 6, "\x01\x80\xc2\x00\x00\x0e");
}

# Hands over up to so many frames. Gives their number and the youngest stamp, in nanoseconds.
sub drain {
  my ($place, $most) = @_;
  my ($count, $last) = (0, 0);
  while ($count < $most) {
    my $from = recv($place->{socket}, my $bytes, 262144, $MSG_DONTWAIT);
    if (!defined $from) {
      # A netlink socket says in this way that it overran; a packet socket counts what it lost.
      if ($! == $ENOBUFS) { $place->{lost}++; next }
      $place->{down} = linux::now() if $! == $ENETDOWN;
      # Nothing more to read, or the device went down or away: the socket stays as it is.
      last;
    }
    $count++;
    $place->{down} = $place->{told} = 0;
    my ($seconds, $nanoseconds) = (0, 0);
    if ($place->{type} eq 'F') {
      my $stamp = pack('q q', 0, 0);
      ($seconds, $nanoseconds) = unpack('q q', $stamp) if ioctl($place->{socket}, $SIOCGSTAMPNS, $stamp);
    }
    my $kind = $place->{type} eq 'F' ? unpack('x10 C', $from) : 0;
    my $whole = $seconds * 1_000_000_000 + $nanoseconds;
    $last = $whole if $whole > $last;
    record($place->{type}, $place->{number}, $kind, $seconds, $nanoseconds, length $bytes, $bytes);
  }
  $place->{last} = $last if $last;
  return ($count, $last);
}

# A device that is removed goes down first, and the socket hears no more of it: look a moment later what became of it.
sub watch {
  my ($place) = @_;
  return if linux::now() < $place->{down} + 0.1;
  my $request = pack('a16 x24', $place->{device});
  my $there = ioctl($place->{socket}, $SIOCGIFINDEX, $request) && unpack('x16 i', $request) == $place->{index};
  record('G', $place->{number}, 0, 0, 0, 0, $there ? 'down' : 'gone') if !$there || !$place->{told}++;
  $place->{down} = 0 if !$there;
}

sub settle {
  my ($until) = @_;
  record('S', 0, 0, int($until / 1_000_000_000), $until % 1_000_000_000, 0, '');
}

sub obey {
  my ($word, $number, $hex) = split ' ', $_[0];
  my $place = $places[$number];
  return if !$place->{socket};
  if ($word eq 'fence' && $place->{sender}) {
    my $frame = "\x01\x80\xc2\x00\x00\x0e" . $place->{mac} . pack('n', $ETH_P_FENCE) . pack('H*', $hex) . "\0" x 46;
    send($place->{sender}, $frame, 0, link_address($ETH_P_FENCE, $place->{index}));
  } elsif ($word eq 'drops') {
    drain($place, $ALL);
    # Reading the counters resets them: keep the sum.
    my $counters = getsockopt($place->{socket}, $SOL_PACKET, $PACKET_STATISTICS);
    $place->{lost} = ($place->{lost} // 0) + (defined $counters ? (unpack('L L', $counters))[1] : 0);
    record('D', $number, 0, 0, 0, 4, pack('N', $place->{lost}));
  }
}

sub record {
  my ($type, $place, $kind, $seconds, $nanoseconds, $length, $bytes) = @_;
  $outgoing .= pack('a C n N N N N N', $type, $kind, $place, 0, $seconds, $nanoseconds, $length, length $bytes) . $bytes;
  flush() if length $outgoing >= 65536;
}

sub flush {
  my $written = 0;
  while ($written < length $outgoing) {
    my $count = syswrite(STDOUT, $outgoing, length($outgoing) - $written, $written);
    exit 0 if !defined $count;
    $written += $count;
  }
  $outgoing = '';
}
