#!/usr/bin/perl
# mesh.pl MILLISECONDS HEX-TAG
#
# Echo requests between many pairs at once: one raw ICMP socket per source namespace (raw(7)), one process for all.
# Standard input, lines:
#   NAMESPACE TARGET-ADDRESS     a pair
#   forget NAMESPACE...          ends a wave: once its pairs are answered, or late, these forget the neighbours that they have learned
# Standard output, one line per pair in the order of the answers:
#   ok NAMESPACE TARGET MICROSECONDS
#   error NAMESPACE TARGET TYPE CODE FROM     an ICMP error about the request
#   none NAMESPACE TARGET                     no answer in time
#
# The kernel allows so many learned neighbours on the whole machine (gc_thresh3) and drops packets for which it would need
# one more. A large mesh therefore goes in waves.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm"; require "$here/netlink.pm" }

my ($milliseconds, $tag) = @ARGV;
my $payload = pack('H*', $tag) x 7;
my ($INET, $SOCK_RAW, $ICMP, $MSG_DONTWAIT) = (2, 3, 1, 0x40);

my (%sockets, %waiting);
my @waves = ({pairs => [], forget => []});
while (my $line = <STDIN>) {
  my ($namespace, $target, @others) = split ' ', $line;
  if ($namespace eq 'forget') {
    $waves[-1]{forget} = [$target, @others];
    push @waves, {pairs => [], forget => []};
  } else {
    push @{$waves[-1]{pairs}}, [$namespace, $target];
  }
}

$| = 1;
my $id = $$ & 0xffff;
my $sequence = 0;
# What nobody answers must not take its whole time in each of many waves.
my $patience = 2 * $milliseconds / 1000;
for my $wave (@waves) {
  open_sockets($_->[0]) for @{$wave->{pairs}};
  ask(@$_) for @{$wave->{pairs}};
  my $least = @waves > 1 ? 0.1 : 0;
  my $most = $milliseconds / 1000;
  my $start = linux::now();
  my $deadline = $start + ($patience > $most ? $most : $patience > $least ? $patience : $least);
  while (%waiting) {
    my $left = $deadline - linux::now();
    last if $left <= 0;
    collect($left);
  }
  $patience -= linux::now() - $start if %waiting;
  for my $key (keys %waiting) {
    my ($namespace) = split ' ', $key;
    print "none $namespace $waiting{$key}{target}\n";
  }
  %waiting = ();
  next if !@{$wave->{forget}};
  %sockets = ();
  forget_neighbours($_) for @{$wave->{forget}};
}

sub open_sockets {
  my ($namespace) = @_;
  return if $sockets{$namespace};
  linux::enter_netns($namespace);
  socket(my $socket, $INET, $SOCK_RAW, $ICMP) or die "no raw socket in $namespace: $!\n";
  setsockopt($socket, 1, 8, 1 << 20);
  $sockets{$namespace} = $socket;
}

sub ask {
  my ($namespace, $target) = @_;
  $sequence = ($sequence + 1) & 0xffff;
  $waiting{"$namespace $sequence"} = {target => $target, at => linux::now()};
  my $request = pack('C C n n n a*', 8, 0, 0, $id, $sequence, $payload);
  substr($request, 2, 2) = pack('n', checksum($request));
  if (!defined send($sockets{$namespace}, $request, 0, pack('S n a4 x8', $INET, 0, pack('C4', split /\./, $target)))) {
    print "none $namespace $target\n";
    delete $waiting{"$namespace $sequence"};
  }
  # Answers are taken in between, so that no socket's queue overflows in a large mesh.
  collect(0) if $sequence % 64 == 0;
}

# Those that the kernel has learned, in one namespace; those that somebody has written for good stay. As `ip neigh flush all` does it
# (linux/neighbour.h: struct ndmsg, NUD_PERMANENT and NUD_NOARP, NDA_DST).
sub forget_neighbours {
  my ($namespace) = @_;
  my ($GETNEIGH, $DELNEIGH, $NDA_DST) = (30, 29, 1);
  my $lasting = 0x80 | 0x40;
  linux::enter_netns($namespace);
  for my $entry (netlink::dump($netlink::ROUTE, $GETNEIGH, pack('C x3 l S C C', $INET, 0, 0, 0, 0))) {
    my ($device, $state) = unpack 'x4 l S', $entry;
    next if $state & $lasting;
    my %about = netlink::attributes(substr $entry, 12);
    my $removal = pack('C x3 l S C C', $INET, $device, 0, 0, 0) . netlink::attribute($NDA_DST, $about{$NDA_DST});
    # It may be gone by itself.
    eval { netlink::must($netlink::ROUTE, netlink::message($DELNEIGH, netlink::flags_acknowledged(), 2, $removal)) };
  }
}

sub collect {
  my ($seconds) = @_;
  my $wanted = '';
  vec($wanted, fileno($_), 1) = 1 for values %sockets;
  return if select($wanted, undef, undef, $seconds) <= 0;
  for my $namespace (keys %sockets) {
    next if !vec($wanted, fileno($sockets{$namespace}), 1);
    while (defined(my $from = recv($sockets{$namespace}, my $packet, 65536, $MSG_DONTWAIT))) {
      heard($namespace, $packet, $from);
    }
  }
}

sub heard {
  my ($namespace, $packet, $from) = @_;
  my $icmp = substr $packet, 4 * (ord($packet) & 15);
  return if length $icmp < 8;
  my ($type, $code, undef, $its_id, $its_sequence) = unpack 'C C n n n', $icmp;
  my $sender = join '.', unpack('x4 C4', $from);
  if ($type == 0 && $its_id == $id) {
    my $request = $waiting{"$namespace $its_sequence"} or return;
    return if $request->{target} ne $sender || substr($icmp, 8) ne $payload;
    delete $waiting{"$namespace $its_sequence"};
    printf "ok %s %s %d\n", $namespace, $sender, (linux::now() - $request->{at}) * 1e6;
  } elsif ($type == 3 || $type == 11) {
    # It quotes the IP header and the first 8 bytes of what it is about.
    return if length $icmp < 8 + 20;
    my $quoted = substr $icmp, 8 + 4 * (ord(substr $icmp, 8, 1) & 15);
    return if length $quoted < 8;
    my ($its_type, undef, undef, $quoted_id, $quoted_sequence) = unpack 'C C n n n', $quoted;
    return if $its_type != 8 || $quoted_id != $id;
    my $request = delete $waiting{"$namespace $quoted_sequence"} or return;
    print "error $namespace $request->{target} $type $code $sender\n";
  }
}

# RFC 1071
sub checksum {
  my ($bytes) = @_;
  my $sum = unpack '%32n*', length($bytes) % 2 ? "$bytes\0" : $bytes;
  $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
  return ~$sum & 0xffff;
}
