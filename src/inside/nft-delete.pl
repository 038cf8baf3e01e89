#!/usr/bin/perl
# nft-delete.pl NAMESPACE FAMILY NAME
#
# Removes a table of nftables with all that is in it, also where nft(8) is not installed. FAMILY is a number (NFPROTO_*).
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm"; require "$here/netlink.pm" }

my ($namespace, $family, $name) = @ARGV;
linux::enter_netns($namespace);

# linux/netfilter/nfnetlink.h: changes come in a batch; linux/netfilter/nf_tables.h: NFT_MSG_DELTABLE, NFTA_TABLE_NAME
my ($BATCH_BEGIN, $BATCH_END, $NFTABLES, $DELTABLE) = (0x10, 0x11, 10, 2);
my $limit = pack('C C n', 0, 0, $NFTABLES);
my $body = pack('C C n', $family, 0, 0) . netlink::attribute(1, "$name\0");
netlink::must(
  $netlink::NETFILTER,
  netlink::message($BATCH_BEGIN, netlink::flags_request(), 0, $limit),
  netlink::message($NFTABLES << 8 | $DELTABLE, netlink::flags_acknowledged(), 1, $body),
  netlink::message($BATCH_END, netlink::flags_request(), 2, $limit),
);
