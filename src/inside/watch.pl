#!/usr/bin/perl
# watch.pl NAMESPACE...
#
# Says which namespaces' tables have changed. stdout: `watching` when every socket is bound, then a line for each
# namespace about which the kernel has sent messages since the last look. What has changed is for the reader to look up:
# messages tell of single changes, and get lost when there are too many; a table does not lie.
# stdin: end of file: leave.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm"; require "$here/netlink.pm" }

# linux/rtnetlink.h: RTNLGRP_LINK 1, NEIGH 3, TC 4, IPV4_IFADDR 5, IPV4_ROUTE 7, IPV4_RULE 8, IPV6_IFADDR 9, and of groups
# that do not fit into a mask IPV4_NETCONF 24. linux/netfilter/nfnetlink.h: NFNLGRP_NFTABLES 7.
my $ROUTE_GROUPS = mask(1, 3, 4, 5, 7, 8, 9, 24);
my $NFTABLES_GROUPS = mask(7);
my $MSG_DONTWAIT = 0x40;

my @watched;
for my $name (@ARGV) {
  eval { linux::enter_netns($name); 1 } or next;
  push @watched, {name => $name, socket => netlink::listening($netlink::ROUTE, $ROUTE_GROUPS)};
  # A kernel without nf_tables has no such messages.
  my $rules = eval { netlink::listening($netlink::NETFILTER, $NFTABLES_GROUPS) };
  push @watched, {name => $name, socket => $rules} if $rules;
}
say_line('watching');

my $wanted = '';
vec($wanted, fileno($_), 1) = 1 for \*STDIN, map { $_->{socket} } @watched;
while (1) {
  my $ready = $wanted;
  next if select($ready, undef, undef, undef) < 0;
  exit 0 if vec($ready, 0, 1) && !sysread(STDIN, my $ignored, 4096);
  my %changed;
  for my $place (grep { vec($ready, fileno($_->{socket}), 1) } @watched) {
    $changed{$place->{name}} = 1;
    # Each message in one read; ENOBUFS says that some are lost, and is a change too.
    1 while defined recv($place->{socket}, my $message, 65536, $MSG_DONTWAIT);
  }
  say_line($_) for sort keys %changed;
}

sub mask {
  my $mask = 0;
  $mask |= 1 << $_ - 1 for @_;
  return $mask;
}

sub say_line {
  my $text = "$_[0]\n";
  defined syswrite(STDOUT, $text) or exit 0;
}
