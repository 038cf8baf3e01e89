#!/usr/bin/perl
# survey.pl
#
# Reads, in many network namespaces and in one process, what no program prints fast or at all. stdin: a line for each
# namespace, `NAME SYSCTL...` (paths under /proc/sys; `-` is the namespace that we are in), where a path that ends in /
# stands for everything below it, one that ends in /. for the files just in it; and the words `qdiscs`, `nft` and `legacy` for more. stdout, for each of them:
#   = NAME
#   s PATH<tab>VALUE            a sysctl; tabs in values are blanks
#   q IFINDEX PARENT KIND       a queueing discipline (RTM_GETQDISC)
#   t FAMILY NAME               a table of nftables (NFT_MSG_GETTABLE), by number and name
#   l TABLE                     a table of iptables-legacy (/proc/net/ip_tables_names)
# What is not there or may not be read is left out.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm"; require "$here/netlink.pm" }

binmode STDOUT;
my $text = '';
for (<STDIN>) {
  my ($name, @asked) = split ' ';
  eval { linux::enter_netns($name) if $name ne '-'; 1 } or next;
  $text .= "= $name\n";
  for my $word (@asked) {
    if    ($word eq 'qdiscs') { qdiscs() }
    elsif ($word eq 'nft')    { nft_tables() }
    elsif ($word eq 'legacy') { legacy_tables() }
    elsif ($word =~ m{/$})    { tree("/proc/sys/$word") }
    elsif ($word =~ m{^(.*/)\.$}) { tree("/proc/sys/$1", 'flat') }
    else                      { value("/proc/sys/$word") }
  }
}
print $text;

sub tree {
  my ($directory, $flat) = @_;
  opendir(my $handle, $directory) or return;
  my @names = sort grep { !/^\./ } readdir $handle;
  for my $name (@names) {
    # Files of /proc/sys have no sub-directories' names: what cannot be read as a file is a directory.
    my $path = "$directory$name";
    value($path) or !$flat && -d $path && tree("$path/");
  }
}

# True where it is a file, readable or not.
sub value {
  my ($path) = @_;
  open(my $file, '<', $path) or return !$!{EISDIR};
  my $count = sysread($file, my $value, 4096);
  return $! != 21 if !defined $count;
  chomp $value;
  $value =~ tr/\t\n/  /;
  $text .= 's ' . substr($path, 10) . "\t$value\n";
  return 1;
}

sub qdiscs {
  # linux/rtnetlink.h: RTM_GETQDISC, struct tcmsg, TCA_KIND
  for my $message (netlink::dump($netlink::ROUTE, 38, pack('C x3 l L L L', 0, 0, 0, 0, 0))) {
    my (undef, $index, undef, $parent) = unpack('C x3 l L L', $message);
    my %attributes = netlink::attributes(substr($message, 20));
    my ($kind) = unpack('Z*', $attributes{1} // '');
    $text .= sprintf("q %d %x %s\n", $index, $parent, $kind);
  }
}

sub nft_tables {
  # linux/netfilter/nf_tables.h: NFT_MSG_GETTABLE in NFNL_SUBSYS_NFTABLES (10), NFTA_TABLE_NAME; struct nfgenmsg
  for my $message (netlink::dump($netlink::NETFILTER, 10 << 8 | 1, pack('C C n', 0, 0, 0))) {
    my ($family) = unpack('C', $message);
    my %attributes = netlink::attributes(substr($message, 4));
    my ($name) = unpack('Z*', $attributes{1} // '');
    $text .= "t $family $name\n";
  }
}

sub legacy_tables {
  open(my $file, '<', '/proc/net/ip_tables_names') or return;
  $text .= "l $_" while <$file>;
}
