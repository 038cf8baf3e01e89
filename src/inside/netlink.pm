package netlink;
# As much of netlink(7) as reading and removing takes, for the programs in this directory.
use strict;
use warnings;

# linux/socket.h, linux/netlink.h
my ($AF_NETLINK, $SOCK_RAW) = (16, 3);
our ($ROUTE, $NETFILTER) = (0, 12);
my ($REQUEST, $ACK, $DUMP) = (1, 4, 0x300);
my ($DONE, $ERROR) = (3, 2);

# The bodies of all messages that a dump request brings; none where the kernel does not know it.
sub dump {
  my ($protocol, $type, $body) = @_;
  my $socket = opened($protocol);
  send_all($socket, message($type, $REQUEST | $DUMP, 1, $body));
  my @found;
  while (1) {
    my $datagram = '';
    defined recv($socket, $datagram, 1 << 20, 0) or return @found;
    while (length $datagram >= 16) {
      my ($length, $kind) = unpack('L S', $datagram);
      return @found if $kind == $DONE || $kind == $ERROR || $length < 16;
      push @found, substr($datagram, 16, $length - 16);
      substr($datagram, 0, ($length + 3) & ~3, '');
    }
  }
}

# Attributes by type, their nested and byte-order bits taken off.
sub attributes {
  my ($bytes) = @_;
  my %found;
  while (length $bytes >= 4) {
    my ($length, $type) = unpack('S S', $bytes);
    last if $length < 4;
    $found{$type & 0x3fff} = substr($bytes, 4, $length - 4);
    substr($bytes, 0, ($length + 3) & ~3, '');
  }
  return %found;
}

sub attribute {
  my ($type, $value) = @_;
  my $length = 4 + length $value;
  return pack('S S', $length, $type) . $value . "\0" x (-$length & 3);
}

sub message {
  my ($type, $flags, $sequence, $body) = @_;
  return pack('L S S L L', 16 + length $body, $type, $flags, $sequence, 0) . $body;
}

# Sends messages, the last of which asks for an answer; dies with the kernel's refusal.
sub must {
  my ($protocol, @messages) = @_;
  my $socket = opened($protocol);
  send_all($socket, join '', @messages);
  my $datagram = '';
  defined recv($socket, $datagram, 1 << 16, 0) or die "netlink: $!\n";
  my ($kind) = unpack('x4 S', $datagram);
  my ($error) = unpack('x16 l', $datagram);
  return if $kind != $ERROR || $error == 0;
  $! = -$error;
  die "$!\n";
}

sub opened {
  my ($protocol) = @_;
  socket(my $socket, $AF_NETLINK, $SOCK_RAW, $protocol) or die "no netlink socket: $!\n";
  bind($socket, pack('S S L L', $AF_NETLINK, 0, 0, 0)) or die "cannot bind a netlink socket: $!\n";
  return $socket;
}

# A socket that hears the messages to these multicast groups of its namespace, the first 32 as a mask.
sub listening {
  my ($protocol, $groups) = @_;
  socket(my $socket, $AF_NETLINK, $SOCK_RAW, $protocol) or die "no netlink socket: $!\n";
  bind($socket, pack('S S L L', $AF_NETLINK, 0, 0, $groups)) or die "cannot bind a netlink socket: $!\n";
  return $socket;
}

sub send_all {
  my ($socket, $bytes) = @_;
  defined send($socket, $bytes, 0, pack('S S L L', $AF_NETLINK, 0, 0, 0)) or die "netlink: $!\n";
}

sub flags_request { $REQUEST }
sub flags_acknowledged { $REQUEST | $ACK }

1;
