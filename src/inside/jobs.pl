#!/usr/bin/perl
# jobs.pl WIDTH
#
# Runs commands in the network namespaces of a sandbox, many at a time, for one command of ours that stands outside.
# Starting a process from here costs a fraction of what it costs Node, whose only thread waits for each, and needs no
# nsenter. A lab of a thousand pods takes thousands.
#
# Its standard input is a pipe from that command. However the command ends, kill -9 included, the pipe closes and this
# process leaves. In a session (see docs/adr/0002) it is PID 1 of a PID namespace, and the kernel ends everything that
# was started here.
#
# stdin, at any time
#   job NUMBER LANE NAMESPACE MILLISECONDS VARIABLES WORD-BYTES INPUT-BYTES\n
#       then so many bytes of words joined by NUL (VARIABLES times NAME=VALUE, then the command), then the input's.
#       LANE `turns`: WIDTH of these at a time; `now`: at once. NAMESPACE `-`: the sandbox's own. MILLISECONDS 0: no limit
#   stop NUMBER\n   it is wanted no more
# stdout
#   ready\n   then, as jobs end,
#   end NUMBER STATUS TIMED-OUT MICROSECONDS STDOUT-BYTES STDERR-BYTES\n and the bytes; STATUS as in a shell, 128+n for signal n
use strict;
use warnings;
BEGIN { my ($here) = $0 =~ m{^(.*)/}; require "$here/linux.pm" }

my ($width) = @ARGV;
my ($EINTR, $WNOHANG) = (4, 1);
my ($pending, @turns) = ('');
my (%running, %stream_of, %status);    # by number of the job; by file number; by pid
my $taking_turns = 0;

# Only to wake select: reaping in a handler would change $? under the loop's own feet.
$SIG{CHLD} = sub { };
binmode STDIN;
binmode STDOUT;
answer("ready\n");

while (1) {
  start(shift @turns) while @turns && $taking_turns < $width;
  my ($wanted, $timeout) = ('', pause());
  vec($wanted, $_, 1) = 1 for 0, keys %stream_of;
  my $ready = $wanted;
  if (select($ready, undef, undef, $timeout) > 0) {
    read_stream($_) for grep { vec($ready, $_, 1) } keys %stream_of;
    hear() if vec($ready, 0, 1);
  }
  reap();
  stop_late_ones();
  finish($_) for grep { $_->{streams} == 0 && exists $status{$_->{pid}} } values %running;
  %status = () if !%running;
}

sub hear {
  my $count = sysread(STDIN, $pending, 1 << 20, length $pending);
  return if !defined $count && $! == $EINTR;
  exit 0 if !$count;
  # No pattern match here: it would copy the whole buffer, megabytes for a large lab, for each job.
  while ((my $length = index $pending, "\n") >= 0) {
    my ($word, $number, @fields) = split ' ', substr($pending, 0, $length);
    if ($word eq 'stop') {
      substr($pending, 0, $length + 1, '');
      @turns = grep { $_->{number} != $number } @turns;
      stop($running{$number}) if $running{$number};
      next;
    }
    my ($lane, $namespace, $milliseconds, $variables, $word_bytes, $input_bytes) = @fields;
    return if length $pending < $length + 1 + $word_bytes + $input_bytes;
    substr($pending, 0, $length + 1, '');
    my @words = split /\0/, substr($pending, 0, $word_bytes, ''), -1;
    my $job = {
      number => $number, lane => $lane, namespace => $namespace, milliseconds => $milliseconds,
      input => substr($pending, 0, $input_bytes, ''), variables => [splice @words, 0, $variables], argv => \@words,
    };
    if ($lane eq 'turns') { push @turns, $job }
    else { start($job) }
  }
}

sub start {
  my ($job) = @_;
  # A file, not a pipe: nobody has to feed it while the others run.
  my $input;
  if ($job->{input} eq '') {
    open($input, '<', '/dev/null') or die "cannot open /dev/null: $!\n";
  } else {
    # In the lab's own memory file system: a temporary file of the machine's disk costs more than the command.
    local $ENV{TMPDIR} = '/run/wirelab';
    open($input, '+>', undef) or die "no temporary file: $!\n";
    binmode $input;
    print $input $job->{input};
    seek($input, 0, 0);
  }
  pipe(my $out, my $out_end) or die "pipe: $!\n";
  pipe(my $error, my $error_end) or die "pipe: $!\n";
  $job->{at} = linux::now();
  my $pid = fork // die "fork: $!\n";
  if ($pid == 0) {
    $SIG{CHLD} = 'DEFAULT';
    setpgrp(0, 0);
    open(STDIN,  '<&', $input);
    open(STDOUT, '>&', $out_end);
    open(STDERR, '>&', $error_end);
    eval { linux::enter_netns($job->{namespace}) if $job->{namespace} ne '-'; 1 } or do { print STDERR "lab: $@"; exit 125 };
    for my $variable (@{$job->{variables}}) {
      my ($name, $value) = split /=/, $variable, 2;
      $ENV{$name} = $value;
    }
    my @argv = @{$job->{argv}};
    { no warnings 'exec'; exec {$argv[0]} @argv; }
    my $code = $! == 2 ? 127 : 126;
    print STDERR "lab: failed to execute $argv[0]: $!\n";
    exit $code;
  }
  delete @$job{qw(input argv variables)};
  @$job{qw(pid streams timed_out text)} = ($pid, 2, 0, {out => '', error => ''});
  $running{$job->{number}} = $job;
  $taking_turns++ if $job->{lane} eq 'turns';
  $stream_of{fileno $out}   = {handle => $out,   job => $job, name => 'out'};
  $stream_of{fileno $error} = {handle => $error, job => $job, name => 'error'};
}

sub read_stream {
  my ($number) = @_;
  my $stream = $stream_of{$number};
  my $text = $stream->{job}{text};
  my $count = sysread($stream->{handle}, $text->{$stream->{name}}, 65536, length $text->{$stream->{name}});
  return if $count || (!defined $count && $! == $EINTR);
  close_stream($number);
}

sub close_stream {
  my ($number) = @_;
  my $stream = delete $stream_of{$number};
  close $stream->{handle};
  $stream->{job}{streams}--;
}

# Orphans of a session are ours to reap, too.
sub reap {
  while ((my $pid = waitpid(-1, $WNOHANG)) > 0) { $status{$pid} = $? }
}

# How long to sleep at most: to the next time limit. A process closes its streams a moment before it can be reaped, and
# a signal may come just before select sleeps: then look again soon.
sub pause {
  my $least;
  for my $job (values %running) {
    my $left = $job->{streams} == 0 ? 0.001 : $job->{milliseconds} ? $job->{at} + $job->{milliseconds} / 1000 - linux::now() : next;
    $least = $left if !defined $least || $left < $least;
  }
  return defined $least && $least < 0 ? 0 : $least;
}

sub stop_late_ones {
  my $now;
  for my $job (grep { $_->{milliseconds} } values %running) {
    $now //= linux::now();
    next if $now < $job->{at} + $job->{milliseconds} / 1000;
    $job->{timed_out} = 1;
    stop($job);
  }
}

# Whatever it started in its process group goes too, and what left the group is not waited for.
sub stop {
  my ($job) = @_;
  $job->{milliseconds} = 0;
  kill 'KILL', -$job->{pid};
  kill 'KILL', $job->{pid};
  close_stream($_) for grep { $stream_of{$_}{job} == $job } keys %stream_of;
}

sub finish {
  my ($job) = @_;
  delete $running{$job->{number}};
  $taking_turns-- if $job->{lane} eq 'turns';
  my $ended = delete $status{$job->{pid}};
  my $code = $ended & 127 ? 128 + ($ended & 127) : $ended >> 8;
  my ($out, $error) = @{$job->{text}}{qw(out error)};
  my $microseconds = (linux::now() - $job->{at}) * 1e6;
  answer(sprintf("end %d %d %d %d %d %d\n", $job->{number}, $code, $job->{timed_out}, $microseconds, length $out, length $error) . $out . $error);
}

sub answer {
  my ($text) = @_;
  my $written = 0;
  while ($written < length $text) {
    my $count = syswrite(STDOUT, $text, length($text) - $written, $written);
    next if !defined $count && $! == $EINTR;
    exit 0 if !defined $count;
    $written += $count;
  }
}
