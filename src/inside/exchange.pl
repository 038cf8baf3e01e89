#!/usr/bin/perl
# exchange.pl KEY=VALUE...
#
# One tagged message from one namespace to a listener in another and back, over TCP, UDP or HTTP; real sockets on
# both ends, in one process, so that nothing is left listening when it ends.
#
#   kind=tcp|udp|http  from=NAMESPACE  address=ADDRESS  port=PORT  milliseconds=TIMEOUT
#   to=NAMESPACE       listen there for the time of the exchange; absent: somebody listens at ADDRESS already
#   message=HEX        what is sent (tcp, udp)
#   path=PATH host=HOST name=NAME    of the request, and what the responder answers with (http)
#
# stdout: KEY VALUE lines: `port PORT` that the client sends from, `client ADDRESS:PORT` as the listener saw it,
# `echo HEX`, `status N`, `body HEX`; `error WORDS` and exit code 1 when it did not come to an end; `cannot WORDS` and
# exit code 2 when nothing was tried, and so nothing is known about the network.
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm" }

my %want = map { /^([a-z]+)=(.*)$/s ? ($1, $2) : die "not KEY=VALUE: $_\n" } @ARGV;
my ($INET, $STREAM, $DATAGRAM) = (2, 1, 2);
my $type = $want{kind} eq 'udp' ? $DATAGRAM : $STREAM;
my $stage = 'start';

$| = 1;
$SIG{ALRM} = sub { fail("no answer within $want{milliseconds} ms ($stage)") };
linux::alarm_milliseconds($want{milliseconds});

my $listener;
if (defined $want{to}) {
  linux::enter_netns($want{to});
  socket($listener, $INET, $type, 0) or cannot("no socket: $!");
  setsockopt($listener, 1, 2, 1);
  bind($listener, pack('S n N x8', $INET, $want{port}, 0)) or cannot("port $want{port} in $want{to}: $!");
  if ($type == $STREAM) { listen($listener, 8) or cannot("listen: $!") }
}

linux::enter_netns($want{from});
socket(my $client, $INET, $type, 0) or cannot("no socket: $!");
bind($client, pack('S n N x8', $INET, 0, 0)) or cannot("no port in $want{from}: $!");
print 'port ', unpack('x2 n', getsockname $client), "\n";
$stage = 'connecting';
connect($client, pack('S n a4 x8', $INET, $want{port}, pack('C4', split /\./, $want{address}))) or fail("$!");

my $message = $want{kind} eq 'http'
  ? "GET $want{path} HTTP/1.1\r\nHost: $want{host}\r\nUser-Agent: wirelab\r\nConnection: close\r\n\r\n"
  : pack('H*', $want{message});
$stage = 'sending';
syswrite($client, $message) == length $message or fail("sent only a part: $!");

if ($listener) {
  $stage = 'waiting at the listener';
  my ($got, $from, $server) = ('');
  if ($type == $STREAM) {
    $from = accept($server, $listener) or fail("accept: $!");
    until (length $got >= length $message) {
      sysread($server, $got, 65536, length $got) or fail('the connection ended early');
    }
  } else {
    $from = recv($listener, $got, 65536, 0);
    defined $from or fail("recv: $!");
  }
  my ($port, @bytes) = (unpack('x2 n', $from), unpack('x4 C4', $from));
  print 'client ', join('.', @bytes), ":$port\n";
  $got eq $message or fail('the listener got something else: ' . unpack('H*', $got));
  my $text = "$want{name}\n" if $want{kind} eq 'http';
  my $answer = $want{kind} eq 'http'
    ? "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($text) . "\r\nConnection: close\r\n\r\n$text"
    : $got;
  if ($type == $STREAM) { syswrite($server, $answer); shutdown($server, 1) }
  else { send($listener, $answer, 0, $from) or fail("cannot answer: $!") }
}

$stage = 'waiting for the answer';
my $answer = '';
while ($want{kind} eq 'http' || length $answer < length $message) {
  my $count = sysread($client, $answer, 65536, length $answer);
  defined $count or fail("$!");
  last if $count == 0 || $type == $DATAGRAM;
}
if ($want{kind} eq 'http') {
  my ($head, $body) = split /\r\n\r\n/, $answer, 2;
  my ($status) = ($head // '') =~ m{^HTTP/1\.[01] (\d+)} or fail('no HTTP answer: ' . unpack('H*', substr $answer, 0, 200));
  print "status $status\nbody ", unpack('H*', $body // ''), "\n";
} else {
  print 'echo ', unpack('H*', $answer), "\n";
  $answer eq $message or fail('the answer differs from what was sent');
}

sub cannot {
  my ($words) = @_;
  print "cannot $words\n";
  exit 2;
}

sub fail {
  my ($words) = @_;
  print "error $words\n";
  exit 1;
}
