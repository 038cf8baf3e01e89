#!/usr/bin/perl
# tables.pl
#
# Links with addresses, routes of the main table and neighbours (IPv4) of many namespaces, in one process: what in each of them
#   ip -json -details -batch -     with address show, route show, neighbour show
# says, as far as src/kernel reads it. Only what an ordinary pod has is understood: lo, ends of veth pairs without a master, addresses of IPv4, plain
# routes. Where there is anything else, the namespace is left to ip(8), which understands all.
#
# Standard input: names, one per line. Standard output: for each that is understood its name, then three lines of JSON.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm"; require "$here/netlink.pm" }

my ($AF_INET, $AF_INET6, $GETLINK, $GETADDR, $GETROUTE, $GETNEIGH) = (2, 10, 18, 22, 26, 30);
my $LOOPBACK6 = "\0" x 15 . "\1";
# linux/if.h, linux/if_link.h
my @FLAGS = ([1, 'UP'], [8, 'LOOPBACK'], [0x80, 'NOARP'], [0x100, 'PROMISC'], [0x10000, 'LOWER_UP']);
my @OPERSTATES = qw(UNKNOWN NOTPRESENT DOWN LOWERLAYERDOWN TESTING DORMANT UP);
my %PROTOCOLS = (2 => 'kernel', 3 => 'boot', 4 => 'static');
my %SCOPES = (0 => 'global', 253 => 'link', 254 => 'host');
# linux/neighbour.h
my @STATES = ([1, 'INCOMPLETE'], [2, 'REACHABLE'], [4, 'STALE'], [8, 'DELAY'], [16, 'PROBE'], [32, 'FAILED'], [128, 'PERMANENT']);
my $NOARP = 0x40;

while (my $name = <STDIN>) {
  chomp $name;
  linux::enter_netns($name);
  my %devices;
  my $links = links(\%devices) // next;
  my $routes = routes(\%devices) // next;
  print "$name\n[$links]\n[$routes]\n[", neighbours(\%devices), "]\n";
}

# Undefined where something is not understood.
sub links {
  my ($devices) = @_;
  my (@links, %addresses);
  for my $message (netlink::dump($netlink::ROUTE, $GETADDR, pack('C C C C L', 0, 0, 0, 0, 0))) {
    my ($family, $length, $index) = unpack 'C C x2 L', $message;
    my %about = netlink::attributes(substr $message, 8);
    my ($address, $local, $broadcast, $metric) = @about{1, 2, 4, 9};
    if ($family == $AF_INET6) {
      return if $address ne $LOOPBACK6;
      push @{$addresses{$index}}, '{"family":"inet6","local":"::1","prefixlen":' . $length;
      next;
    }
    # An address with a peer.
    return if !defined $local || $address ne $local;
    push @{$addresses{$index}}, join ',', '{"family":"inet"', '"local":"' . dotted($local) . '"', '"prefixlen":' . $length,
      (defined $broadcast ? '"broadcast":"' . dotted($broadcast) . '"' : ()), (defined $metric ? '"metric":' . unpack('L', $metric) : ());
  }
  # struct ifinfomsg, IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS
  for my $message (netlink::dump($netlink::ROUTE, $GETLINK, pack('C x S l L L', 0, 0, 0, 0, 0) . netlink::attribute(29, pack 'L', 8))) {
    my ($index, $flags) = unpack 'x4 l L', $message;
    my %about = netlink::attributes(substr $message, 16);
    my ($address, $name, $mtu, $link, $master, $queue, $state, $info, $peer_namespace) = @about{1, 3, 4, 5, 10, 13, 16, 18, 37};
    my %details = netlink::attributes($info // '');
    my $kind = $details{1} // '';
    s/\0.*//s for $name, $kind;
    return if defined $master || $name !~ /^[\w.-]+$/;
    return if $flags & 8 ? $kind ne '' : $kind ne 'veth' || !defined $link || !defined $peer_namespace;
    $devices->{$index} = $name;
    my $mac = join ':', map { sprintf '%02x', $_ } unpack 'C*', $address // '';
    my $listed = join ',', map { "$_}" } @{$addresses{$index} // []};
    push @links, join ',', '{"ifindex":' . $index, '"ifname":"' . $name . '"',
      ($kind eq '' ? () : '"link_index":' . unpack('l', $link)),
      '"flags":[' . join(',', map { '"' . $_->[1] . '"' } grep { $flags & $_->[0] } @FLAGS) . ']',
      '"mtu":' . unpack('L', $mtu), '"operstate":"' . ($OPERSTATES[unpack 'C', $state] // 'UNKNOWN') . '"',
      '"txqlen":' . unpack('L', $queue), '"address":"' . $mac . '"',
      ($kind eq '' ? () : '"linkinfo":{"info_kind":"' . $kind . '"}'), '"addr_info":[' . $listed . ']}';
  }
  return join ',', @links;
}

# Undefined where something is not understood.
sub routes {
  my ($devices) = @_;
  my @routes;
  for my $message (netlink::dump($netlink::ROUTE, $GETROUTE, pack('C8 L', $AF_INET, (0) x 7, 0))) {
    my (undef, $length, undef, $tos, $table, $protocol, $scope, $type, $flags) = unpack 'C8 L', $message;
    my %about = netlink::attributes(substr $message, 12);
    $table = unpack 'L', $about{15} if defined $about{15};
    next if $table != 254;
    my ($to, $device, $via, $metric, $source) = @about{1, 4, 5, 6, 7};
    return if $type != 1 || $tos || !defined $device || !$PROTOCOLS{$protocol} || !$SCOPES{$scope};
    return if grep { !/^(1|4|5|6|7|12|15)$/ } keys %about;
    my $destination = !$length ? 'default' : dotted($to) . ($length == 32 ? '' : "/$length");
    push @routes, join ',', '{"type":"unicast"', '"dst":"' . $destination . '"',
      (defined $via ? '"gateway":"' . dotted($via) . '"' : ()), '"dev":"' . $devices->{unpack 'L', $device} . '"',
      '"protocol":"' . $PROTOCOLS{$protocol} . '"', '"scope":"' . $SCOPES{$scope} . '"',
      (defined $source ? '"prefsrc":"' . dotted($source) . '"' : ()), (defined $metric ? '"metric":' . unpack('L', $metric) : ()),
      '"flags":[' . ($flags & 4 ? '"onlink"' : '') . ']}';
  }
  return join ',', @routes;
}

sub neighbours {
  my ($devices) = @_;
  my @neighbours;
  for my $message (netlink::dump($netlink::ROUTE, $GETNEIGH, pack('C x3 l S C C', $AF_INET, 0, 0, 0, 0))) {
    my ($index, $state) = unpack 'x4 l S', $message;
    next if !($state & ~$NOARP);
    my %about = netlink::attributes(substr $message, 12);
    my $mac = $about{2};
    push @neighbours, join ',', '{"dst":"' . dotted($about{1}) . '"', '"dev":"' . $devices->{$index} . '"',
      (defined $mac ? '"lladdr":"' . join(':', map { sprintf '%02x', $_ } unpack 'C*', $mac) . '"' : ()),
      '"state":[' . join(',', map { '"' . $_->[1] . '"' } grep { $state & $_->[0] } @STATES) . ']}';
  }
  return join ',', @neighbours;
}

sub dotted { return join '.', unpack 'C4', $_[0] }
